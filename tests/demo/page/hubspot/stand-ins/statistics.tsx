import type { ReactNode } from "react";

const Statistics = ({ children }: { children?: ReactNode }) => (
  <div className="hs-statistics">{children}</div>
);

interface ItemProps {
  label: string;
  number: string | number;
  children?: ReactNode;
}
const StatisticsItem = ({ label, number, children }: ItemProps) => (
  <div className="hs-statistic">
    <span className="hs-statistic-label">{label}</span>
    <span className="hs-statistic-number">{number}</span>
    {children}
  </div>
);

interface TrendProps {
  value: string;
  direction: "increase" | "decrease";
  color?: "red" | "green";
}
const StatisticsTrend = ({ value, direction, color }: TrendProps) => (
  <span className={`hs-trend is-${color ?? (direction === "increase" ? "green" : "red")}`}>
    <span aria-hidden="true">{direction === "increase" ? "▲" : "▼"}</span>
    <span className="visually-hidden">{direction === "increase" ? "up" : "down"}</span> {value}
  </span>
);

const RADIUS = 26;
const LENGTH = 2 * Math.PI * RADIUS;

/** HubSpot colours its score circle by thirds of its own; a card that means bands says so in words beside it. */
const ScoreCircle = ({ score }: { score: number }) => {
  const colour = score >= 70 ? "green" : score >= 40 ? "yellow" : "red";
  return (
    <svg
      className={`hs-score is-${colour}`}
      viewBox="0 0 64 64"
      role="img"
      aria-label={`Score ${score} of 100`}
    >
      <circle cx="32" cy="32" r={RADIUS} className="hs-score-track" />
      <circle
        cx="32"
        cy="32"
        r={RADIUS}
        className="hs-score-value"
        strokeDasharray={`${(LENGTH * Math.max(0, Math.min(100, score))) / 100} ${LENGTH}`}
        transform="rotate(-90 32 32)"
      />
      <text x="32" y="33" textAnchor="middle" dominantBaseline="middle">
        {Math.round(score)}
      </text>
    </svg>
  );
};

interface ProgressBarProps {
  title?: string;
  "aria-label"?: string;
  showPercentage?: boolean;
  value?: number;
  maxValue?: number;
  valueDescription?: string;
  variant?: "success" | "danger" | "warning";
}
const ProgressBar = (props: ProgressBarProps) => {
  const { value = 0, maxValue = 100, variant = "success" } = props;
  const percent = maxValue > 0 ? Math.max(0, Math.min(100, (value / maxValue) * 100)) : 0;
  return (
    <div className={`hs-progress is-${variant}`}>
      {(props.title || props.valueDescription || props.showPercentage) && (
        <div className="hs-progress-head">
          <span>{props.title}</span>
          <span>{props.valueDescription ?? (props.showPercentage && `${Math.round(percent)}%`)}</span>
        </div>
      )}
      <div
        className="hs-progress-track"
        role="progressbar"
        aria-label={props["aria-label"] ?? props.title ?? "Progress"}
        aria-valuenow={value}
        aria-valuemin={0}
        aria-valuemax={maxValue}
      >
        <div className="hs-progress-value" style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
};

export const statisticStandIns = { Statistics, StatisticsItem, StatisticsTrend, ScoreCircle, ProgressBar };
