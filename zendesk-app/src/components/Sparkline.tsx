import type { AccountHealthView } from "@bellwether/shared";
import { getColor } from "@zendeskgarden/react-theming";
import { styled } from "styled-components";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { Subtle } from "./layout.ts";

type TrendPoint = AccountHealthView["trend"]["points"][number];

const WIDTH = 280;
const HEIGHT = 36;
const EDGE = 3;

const Drawing = styled.svg`
  display: block;
  width: 100%;
  height: ${HEIGHT}px;
  color: ${({ theme }) => getColor({ theme, variable: "foreground.primary" })};

  & > rect {
    fill: ${({ theme }) => getColor({ theme, variable: "background.subtle" })};
  }
`;

/** The score over time in one small line: gaps where there was none, dashes where it was calculated later. */
export function Sparkline({ points }: { points: readonly TrendPoint[] }) {
  const drawn = positioned(points);
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (!first || !last || drawn.length < 2) return null;
  const values = {
    from: formats.number(first.score),
    to: formats.number(last.score),
    start: formats.day(first.at),
    end: formats.day(last.at),
  };
  const hasReconstructed = drawn.some(({ isReconstructed }) => isReconstructed);
  return (
    <figure style={{ margin: "6px 0" }}>
      <Drawing
        aria-label={translate("sparkline_label", values)}
        role="img"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      >
        <rect height={HEIGHT} rx="4" width={WIDTH} />
        {stretches(drawn).map(({ isReconstructed, path }) => (
          <path
            d={path}
            fill="none"
            key={path}
            stroke="currentColor"
            strokeLinecap="round"
            strokeLinejoin="round"
            strokeWidth="1.75"
            {...(isReconstructed && { strokeDasharray: "1 4" })}
          />
        ))}
        <circle cx={last.x} cy={last.y} fill="currentColor" r="2.5" />
      </Drawing>
      <Subtle as="figcaption">
        {translate(hasReconstructed ? "sparkline_caption_later" : "sparkline_caption", values)}
      </Subtle>
    </figure>
  );
}

interface Drawn {
  at: string;
  score: number;
  isReconstructed: boolean;
  x: number;
  y: number;
  /** There was no score just before. */
  isAfterGap: boolean;
}

function positioned(points: readonly TrendPoint[]): Drawn[] {
  const times = points.map(({ at }) => Date.parse(at));
  const from = Math.min(...times);
  const span = Math.max(...times) - from || 1;
  return points.flatMap(({ at, score, isReconstructed }, i) => {
    if (score === null) return [];
    const x = EDGE + (((times[i] ?? from) - from) / span) * (WIDTH - 2 * EDGE);
    const y = EDGE + (1 - score / 100) * (HEIGHT - 2 * EDGE);
    return [{ at, score, isReconstructed, x, y, isAfterGap: i === 0 || points[i - 1]?.score === null }];
  });
}

/** Lines between neighbours of one kind; a reconstructed line reaches to the point that follows it. */
function stretches(drawn: readonly Drawn[]): { isReconstructed: boolean; path: string }[] {
  return drawn.flatMap((point, i) => {
    const next = drawn[i + 1];
    const isDot = point.isAfterGap && (next?.isAfterGap ?? true);
    if (isDot) return [{ isReconstructed: false, path: `M${at(point)}h0` }];
    if (!next || next.isAfterGap) return [];
    return [{ isReconstructed: point.isReconstructed, path: `M${at(point)}L${at(next)}` }];
  });
}

const at = ({ x, y }: Drawn): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
