import { getColor } from "@zendeskgarden/react-theming";
import { styled } from "styled-components";

const SHAPES = {
  up: "M6 10.5v-9M2.5 5 6 1.5 9.5 5",
  down: "M6 1.5v9M2.5 7 6 10.5 9.5 7",
  flat: "M1.5 6h9M7 2.5 10.5 6 7 9.5",
  unknown: "M3 6h6",
  plus: "M6 2.5v7M2.5 6h7",
  minus: "M2.5 6h7",
  open: "M2.5 4.5 6 8l3.5-3.5",
  close: "M2.5 7.5 6 4l3.5 3.5",
  warning: "M6 3.5v3.2M6 8.4v.2M6 .8 11.4 10.6H.6Z",
} as const;
export type GlyphShape = keyof typeof SHAPES;

const TONES = {
  danger: "foreground.danger",
  success: "foreground.success",
  subtle: "foreground.subtle",
  inherit: null,
} as const;
export type GlyphTone = keyof typeof TONES;

const Drawing = styled.svg<{ $tone: GlyphTone }>`
  flex: none;
  color: ${({ theme, $tone }) => {
    const variable = TONES[$tone];
    return variable ? getColor({ theme, variable }) : "inherit";
  }};
`;

/** A line drawing of 12 px. It never stands alone for a meaning: words are beside it. */
export function Glyph({ shape, tone = "inherit" }: { shape: GlyphShape; tone?: GlyphTone }) {
  return (
    <Drawing
      $tone={tone}
      aria-hidden="true"
      fill="none"
      height="12"
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.5"
      viewBox="0 0 12 12"
      width="12"
    >
      <path d={SHAPES[shape]} />
    </Drawing>
  );
}
