import type { CSSProperties, ReactNode } from "react";

type Distance =
  | "flush"
  | "extra-small"
  | "xs"
  | "small"
  | "sm"
  | "medium"
  | "md"
  | "large"
  | "lg"
  | "extra-large"
  | "xl";
type Align = "start" | "center" | "baseline" | "end" | "stretch" | "auto";
interface Children {
  children?: ReactNode;
}

/** Pixels, read off HubSpot's cards. */
const GAPS: Record<Distance, number> = {
  flush: 0,
  "extra-small": 4,
  xs: 4,
  small: 8,
  sm: 8,
  medium: 16,
  md: 16,
  large: 24,
  lg: 24,
  "extra-large": 32,
  xl: 32,
};
const JUSTIFY = {
  start: "flex-start",
  center: "center",
  end: "flex-end",
  around: "space-around",
  between: "space-between",
};
const ALIGN: Record<Align, string> = {
  start: "flex-start",
  center: "center",
  baseline: "baseline",
  end: "flex-end",
  stretch: "stretch",
  auto: "auto",
};

interface FlexProps extends Children {
  gap?: Distance;
  distance?: Distance;
  direction?: "row" | "column";
  justify?: keyof typeof JUSTIFY;
  align?: Align;
  alignSelf?: Align;
  wrap?: boolean | "wrap" | "nowrap";
}

const flexStyle = (props: FlexProps, defaults: { direction: "row" | "column"; gap: Distance }) => ({
  display: "flex",
  flexDirection: props.direction ?? defaults.direction,
  gap: GAPS[props.gap ?? props.distance ?? defaults.gap],
  justifyContent: JUSTIFY[props.justify ?? "start"],
  alignItems: ALIGN[props.align ?? "stretch"],
  ...(props.alignSelf && { alignSelf: ALIGN[props.alignSelf] }),
  flexWrap: props.wrap === true || props.wrap === "wrap" ? ("wrap" as const) : ("nowrap" as const),
});

const Flex = (props: FlexProps) => (
  <div className="hs-flex" style={flexStyle(props, { direction: "row", gap: "flush" })}>
    {props.children}
  </div>
);

const Stack = (props: FlexProps) => (
  <div className="hs-flex" style={flexStyle(props, { direction: "column", gap: "small" })}>
    {props.children}
  </div>
);

const Inline = (props: FlexProps) => (
  <div
    className="hs-flex"
    style={{
      ...flexStyle({ align: "center", ...props }, { direction: "row", gap: "small" }),
      flexWrap: "wrap",
    }}
  >
    {props.children}
  </div>
);

interface BoxProps extends Children {
  alignSelf?: Align;
  flex?: "initial" | "auto" | "none" | number;
}
const Box = ({ alignSelf, flex, children }: BoxProps) => {
  const style: CSSProperties = {
    ...(alignSelf && { alignSelf: ALIGN[alignSelf] }),
    ...(flex !== undefined && { flex: flex === "initial" ? "0 1 auto" : flex }),
  };
  return (
    <div className="hs-box" style={style}>
      {children}
    </div>
  );
};

interface AutoGridProps extends Children {
  columnWidth: number;
  gap?: Distance;
  flexible?: boolean;
}
const AutoGrid = ({ columnWidth, gap = "flush", flexible = false, children }: AutoGridProps) => (
  <div
    className="hs-grid"
    style={{
      gap: GAPS[gap],
      gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${columnWidth}px), ${flexible ? "1fr" : `${columnWidth}px`}))`,
    }}
  >
    {children}
  </div>
);

const Tile = ({
  children,
  compact = false,
  flush = false,
}: Children & { compact?: boolean; flush?: boolean }) => (
  <div className={`hs-tile${compact ? " is-compact" : ""}${flush ? " is-flush" : ""}`}>{children}</div>
);

const Divider = ({ distance, size }: { distance?: Distance; size?: Distance }) => (
  <hr className="hs-divider" style={{ marginBlock: GAPS[distance ?? size ?? "flush"] }} />
);

const Spacer = ({ size = "medium" }: { size?: Distance }) => <div style={{ height: GAPS[size] }} />;

export const layoutStandIns = {
  Flex,
  ExperimentalFlex: Flex,
  Stack,
  Inline,
  ExperimentalInline: Inline,
  Box,
  ExperimentalBox: Box,
  AutoGrid,
  Tile,
  Card: Tile,
  Divider,
  Spacer,
};
