import type { ReactNode } from "react";

interface Children {
  children?: ReactNode;
}

const ALERT_COLOURS = {
  info: "blue",
  tip: "purple",
  success: "green",
  warning: "yellow",
  error: "red",
  danger: "red",
};
interface AlertProps extends Children {
  title: string;
  variant?: keyof typeof ALERT_COLOURS;
}
const Alert = ({ title, variant = "info", children }: AlertProps) => (
  <div className={`hs-alert is-${ALERT_COLOURS[variant]}`}>
    <strong>{title}</strong>
    {children && <div>{children}</div>}
  </div>
);

const EmptyState = ({ title, children }: Children & { title?: string }) => (
  <div className="hs-empty">
    <span className="hs-illustration" aria-hidden="true">
      ◍
    </span>
    {title && <strong>{title}</strong>}
    <div>{children}</div>
  </div>
);

const ErrorState = ({ title, children }: Children & { title?: string }) => (
  <div className="hs-empty is-error" role="alert">
    <span className="hs-illustration" aria-hidden="true">
      !
    </span>
    {title && <strong>{title}</strong>}
    <div>{children}</div>
  </div>
);

interface SpinnerProps {
  label: string;
  showLabel?: boolean;
  layout?: "inline" | "centered";
}
const LoadingSpinner = ({ label, showLabel = false, layout = "inline" }: SpinnerProps) => (
  <output className={`hs-spinner is-${layout}`}>
    <span className="hs-spinner-ring" aria-hidden="true" />
    <span className={showLabel ? "" : "visually-hidden"}>{label}</span>
  </output>
);

const Tooltip = ({ children }: Children) => <span className="hs-tooltip">{children}</span>;

export const feedbackStandIns = { Alert, EmptyState, ErrorState, LoadingSpinner, Tooltip };
