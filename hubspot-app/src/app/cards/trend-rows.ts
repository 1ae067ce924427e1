import type { AccountHealthView } from "@bellwether/shared";
import { BAND_LABELS, day, points as inWords } from "./text.ts";

type TrendPoint = AccountHealthView["trend"]["points"][number];
type Colour = "darkAqua" | "orange" | "darkGreen" | "yellow";

export const SCORE_COLOUR = "darkAqua" as const;
const AT_THE_TIME = "Calculated at the time";
const LATER = "Calculated later, from dated facts";
/** More pieces than these would need a legend longer than the chart: one line with the gaps told in words then. */
const MOST_PIECES = 4;

export interface TrendRows {
  rows: { at: number; score: number; line: string }[];
  /** By line. */
  colours: Record<string, Colour>;
}

interface Piece {
  isReconstructed: boolean;
  points: { at: number; score: number }[];
}

/**
 * The score as lines that a chart can draw: a new one after every gap, reconstructed points apart, and the lines at
 * which yellow and green begin. HubSpot's chart joins all points of one line.
 */
export function trendRows({ trend, bandLines }: AccountHealthView, timeZone: string): TrendRows {
  const pieces = piecesOf(trend.points);
  const rows: TrendRows["rows"] = [];
  const colours: TrendRows["colours"] = {};
  const isSplit = pieces.length <= MOST_PIECES;
  for (const { isReconstructed, points } of pieces) {
    const kind = isReconstructed ? LATER : AT_THE_TIME;
    const isKnown = kind in colours;
    const [first] = points;
    const line = isSplit && isKnown && first ? `${kind}, from ${day(isoOf(first.at), timeZone)}` : kind;
    colours[line] = isReconstructed ? "orange" : SCORE_COLOUR;
    rows.push(...points.map((point) => ({ ...point, line })));
  }
  const ends = [rows[0], rows.at(-1)];
  if (bandLines === null || rows.length < 2) return { rows, colours };
  for (const band of ["yellow", "green"] as const) {
    const line = `${BAND_LABELS[band]} from ${inWords(bandLines[band])}`;
    colours[line] = band === "green" ? "darkGreen" : "yellow";
    rows.push(...ends.flatMap((end) => (end ? [{ at: end.at, score: bandLines[band], line }] : [])));
  }
  return { rows, colours };
}

/** Runs of points without a gap and of one kind; a reconstructed run reaches to the point that follows it. */
function piecesOf(points: readonly TrendPoint[]): Piece[] {
  const pieces: Piece[] = [];
  let before: TrendPoint | null = null;
  for (const point of points) {
    if (point.score !== null) {
      const drawn = { at: Date.parse(point.at), score: point.score };
      const last = pieces.at(-1);
      const follows = before !== null && before.score !== null;
      if (last && follows && last.isReconstructed === point.isReconstructed) last.points.push(drawn);
      else {
        if (last && follows && last.isReconstructed) last.points.push(drawn);
        pieces.push({ isReconstructed: point.isReconstructed, points: [drawn] });
      }
    }
    before = point;
  }
  return pieces;
}

const isoOf = (at: number): string => new Date(at).toISOString();

/** What a line cannot say: where there was no score, and that none follows. */
export function gapSentences({ trend, lost }: AccountHealthView, timeZone: string): string[] {
  const days = trend.points.filter(({ score }) => score === null).map(({ at }) => day(at, timeZone));
  const sentences: string[] = [];
  const [first] = days;
  if (days.length === 1 && first !== undefined) sentences.push(`No score on ${first}: too little was known.`);
  if (days.length > 1)
    sentences.push(`No score on ${days.length} of these days, where too little was known.`);
  if (lost !== null) sentences.push(`Lost on ${day(lost.at, timeZone)}: the line ends there.`);
  return sentences;
}
