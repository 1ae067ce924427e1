import type { ReactNode } from "react";

interface Children {
  children?: ReactNode;
}
interface TextFormat {
  fontWeight?: "regular" | "bold" | "demibold";
  italic?: boolean;
  lineDecoration?: "none" | "underline" | "strikethrough";
  textTransform?: "none" | "uppercase" | "lowercase" | "capitalize" | "sentenceCase";
}
interface TextProps extends Children {
  variant?: "bodytext" | "microcopy";
  inline?: boolean;
  format?: TextFormat;
  truncate?: boolean | { maxWidth?: number; tooltipText?: string };
}

const WEIGHTS = { regular: 400, demibold: 600, bold: 700 };

function textStyle(format: TextFormat, truncate: TextProps["truncate"]) {
  const transform = format.textTransform;
  return {
    fontWeight: WEIGHTS[format.fontWeight ?? "regular"],
    ...(format.italic && { fontStyle: "italic" }),
    ...(format.lineDecoration === "underline" && { textDecoration: "underline" }),
    ...(format.lineDecoration === "strikethrough" && { textDecoration: "line-through" }),
    ...(transform && transform !== "sentenceCase" && { textTransform: transform }),
    ...(typeof truncate === "object" && truncate.maxWidth && { maxWidth: truncate.maxWidth }),
  };
}

const Text = ({ variant = "bodytext", inline = false, format = {}, truncate, children }: TextProps) => {
  // A div, because cards put tags and icons into texts.
  const Element = inline ? "span" : "div";
  return (
    <Element
      className={`hs-text is-${variant}${truncate ? " is-truncated" : ""}`}
      style={textStyle(format, truncate)}
      {...(typeof truncate === "object" && { title: truncate.tooltipText })}
    >
      {children}
    </Element>
  );
};

const Heading = ({ children, inline = false }: Children & { inline?: boolean }) =>
  inline ? (
    <strong className="hs-heading is-inline">{children}</strong>
  ) : (
    <h4 className="hs-heading">{children}</h4>
  );

const TAG_COLOURS = { default: "grey", warning: "yellow", success: "green", error: "red", info: "blue" };
interface TagProps extends Children {
  variant?: keyof typeof TAG_COLOURS;
}
const Tag = ({ variant = "default", children }: TagProps) => (
  <span className={`hs-tag is-${TAG_COLOURS[variant]}`}>{children}</span>
);

const STATUS_COLOURS = { default: "grey", warning: "yellow", success: "green", danger: "red", info: "blue" };
interface StatusTagProps extends Children {
  variant?: keyof typeof STATUS_COLOURS;
  hollow?: boolean;
}
const StatusTag = ({ variant = "default", hollow = false, children }: StatusTagProps) => (
  <span className={`hs-status is-${STATUS_COLOURS[variant]}${hollow ? " is-hollow" : ""}`}>{children}</span>
);

/** HubSpot's icons are not public; a few signs stand for those that carry meaning. */
const SIGNS: Record<string, string> = {
  warning: "▲",
  exclamation: "!",
  exclamationCircle: "!",
  success: "✓",
  checkCircle: "✓",
  info: "i",
  infoNoCircle: "i",
  upCarat: "▴",
  downCarat: "▾",
  arrowUp: "↑",
  arrowDown: "↓",
  right: "›",
  left: "‹",
  time: "◷",
  clock: "◷",
  refresh: "↻",
  add: "+",
  remove: "×",
  bulb: "✦",
  flame: "✦",
};
interface IconProps {
  name: string;
  color?: "alert" | "warning" | "success" | "inherit";
  size?: string;
  screenReaderText?: string;
}
const Icon = ({ name, color = "inherit", screenReaderText }: IconProps) => (
  <span className={`hs-icon is-${color}`}>
    <span aria-hidden="true">{SIGNS[name] ?? "•"}</span>
    {screenReaderText && <span className="visually-hidden">{screenReaderText}</span>}
  </span>
);

const Image = ({ src, alt = "", width }: { src: string; alt?: string; width?: number }) => (
  <img className="hs-image" src={src} alt={alt} {...(width !== undefined && { width })} />
);

const Illustration = ({ alt }: { alt: string }) => (
  <div className="hs-illustration" role="img" aria-label={alt}>
    <span aria-hidden="true">◍</span>
  </div>
);

export const textStandIns = { Text, Heading, Tag, StatusTag, Icon, Image, Illustration };
