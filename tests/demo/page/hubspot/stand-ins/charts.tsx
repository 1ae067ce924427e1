import type { ReactNode } from "react";

type Row = Record<string, string | number>;
interface Axis {
  field: string;
  fieldType: "datetime" | "linear" | "category";
  label?: string;
}
interface ChartProps {
  data: Row[] | { data: Row[] };
  axes: { x: Axis; y: Axis; options?: { groupFieldByColor?: string; colors?: Record<string, string> } };
  options?: { title?: string; showLegend?: boolean; colorList?: string[] };
}

const WIDTH = 480;
const HEIGHT = 150;
const LEFT = 30;
const BOTTOM = 20;
const TOP = 8;

/** HubSpot's named colours, as near as they can be read off its charts. */
const COLOURS: Record<string, string> = {
  aqua: "#00a4bd",
  darkAqua: "#007a8c",
  orange: "#e06a2b",
  darkOrange: "#b9491a",
  yellow: "#c48a00",
  darkGreen: "#0b7a63",
  green: "#00a38d",
};
const DEFAULT_ORDER = ["aqua", "orange", "yellow", "green"];

interface Point {
  x: number;
  y: number;
  label: string;
  value: number;
  /** Of the field that the chart is coloured by. */
  group: string;
}

const rowsOf = ({ data }: ChartProps): Row[] => (Array.isArray(data) ? data : data.data);

/** Position along x: by time, by number, or evenly by place in the list. */
function along(rows: readonly Row[], axis: Axis): number[] {
  if (axis.fieldType === "category") return rows.map((_, index) => index);
  return rows.map((row) => {
    const value = row[axis.field] ?? 0;
    return axis.fieldType === "datetime" ? new Date(value).getTime() : Number(value);
  });
}

function points(props: ChartProps): Point[] {
  const rows = rowsOf(props);
  const xs = along(rows, props.axes.x);
  const from = Math.min(...xs);
  const span = Math.max(...xs) - from || 1;
  const top = scaleTop(rows.map((row) => Number(row[props.axes.y.field] ?? 0)));
  const grouped = props.axes.options?.groupFieldByColor;
  return rows.map((row, index) => {
    const value = Number(row[props.axes.y.field] ?? 0);
    return {
      x: LEFT + (((xs[index] ?? 0) - from) / span) * (WIDTH - LEFT - 8),
      y: TOP + (1 - value / top) * (HEIGHT - BOTTOM - TOP),
      label: labelOf(row[props.axes.x.field], props.axes.x),
      value,
      group: grouped === undefined ? "" : String(row[grouped] ?? ""),
    };
  });
}

/** Points by group, in the order in which the groups first appear, each with its colour. */
function linesOf(props: ChartProps): { group: string; colour: string; points: Point[] }[] {
  const drawn = points(props);
  const groups = [...new Set(drawn.map(({ group }) => group))];
  return groups.map((group, index) => {
    const order = props.options?.colorList ?? DEFAULT_ORDER;
    const name = props.axes.options?.colors?.[group] ?? order[index % order.length] ?? "aqua";
    return {
      group,
      colour: COLOURS[name] ?? "#00a4bd",
      points: drawn.filter((point) => point.group === group),
    };
  });
}

/** Scores run to 100; other quantities to a round number over their largest. */
function scaleTop(values: readonly number[]): number {
  const largest = Math.max(1, ...values);
  if (largest <= 100 && largest > 10) return 100;
  const power = 10 ** Math.floor(Math.log10(largest));
  return Math.ceil(largest / power) * power;
}

const labelOf = (value: string | number | undefined, axis: Axis): string =>
  axis.fieldType === "datetime"
    ? new Date(value ?? 0).toLocaleDateString("en-GB", { day: "numeric", month: "short" })
    : String(value ?? "");

function Frame({ props, children }: { props: ChartProps; children: ReactNode }): ReactNode {
  const drawn = points(props);
  const ordered = drawn.toSorted((a, b) => a.x - b.x);
  const first = ordered[0];
  const last = ordered.at(-1);
  const top = scaleTop(drawn.map(({ value }) => value));
  const title = props.options?.title ?? props.axes.y.label ?? "Chart";
  return (
    <figure className="hs-chart">
      {props.options?.title && <figcaption>{props.options.title}</figcaption>}
      {props.options?.showLegend && (
        <ul className="hs-chart-legend">
          {linesOf(props).map(({ group, colour }) => (
            <li key={group}>
              <i aria-hidden="true" style={{ background: colour }} />
              {group}
            </li>
          ))}
        </ul>
      )}
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}, latest ${last?.value ?? "unknown"}`}
      >
        {[0, 0.5, 1].map((part) => {
          const y = TOP + (1 - part) * (HEIGHT - BOTTOM - TOP);
          return (
            <g key={part}>
              <line x1={LEFT} x2={WIDTH - 8} y1={y} y2={y} className="hs-chart-grid" />
              <text x={LEFT - 6} y={y + 3} textAnchor="end">
                {Math.round(top * part * 10) / 10}
              </text>
            </g>
          );
        })}
        {children}
        <text x={LEFT} y={HEIGHT - 4}>
          {first?.label}
        </text>
        <text x={WIDTH - 8} y={HEIGHT - 4} textAnchor="end">
          {last?.label}
        </text>
      </svg>
    </figure>
  );
}

const LineChart = (props: ChartProps) => (
  <Frame props={props}>
    {linesOf(props).map(({ group, colour, points: drawn }) => {
      const last = drawn.at(-1);
      return (
        <g key={group}>
          <polyline
            className="hs-chart-line"
            style={{ stroke: colour }}
            points={drawn.map(({ x, y }) => `${x},${y}`).join(" ")}
          />
          {last && <circle cx={last.x} cy={last.y} r="3.5" style={{ fill: colour }} />}
        </g>
      );
    })}
  </Frame>
);

const BarChart = (props: ChartProps) => {
  const drawn = points(props);
  const width = Math.max(2, ((WIDTH - LEFT) / Math.max(1, drawn.length)) * 0.6);
  return (
    <Frame props={props}>
      {drawn.map(({ x, y, label, value }) => (
        <rect
          key={label}
          className="hs-chart-bar"
          x={Math.min(x, WIDTH - width - 8)}
          y={y}
          width={width}
          height={HEIGHT - BOTTOM - y}
        >
          <title>{`${label}: ${value}`}</title>
        </rect>
      ))}
    </Frame>
  );
};

export const chartStandIns = { LineChart, BarChart };
