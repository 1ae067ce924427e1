import type { RiskGroup } from "@bellwether/shared";

const SIDE = 300;
const LEFT = 52;
const TOP = 10;
const WIDTH = LEFT + SIDE + 14;
const HEIGHT = TOP + SIDE + 46;
const TICKS = 4;
/** Ends of the axes, of which the smallest that holds everything is taken. */
const ENDS = [0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8, 1];

/** Predicted against observed loss rates with their intervals, and the line on which both agree. */
export function reliabilityPlot(groups: readonly RiskGroup[]): string {
  const largest = Math.max(...groups.flatMap((group) => [group.high95, group.meanPredicted]));
  const end = ENDS.find((limit) => largest <= limit) ?? 1;
  const x = (share: number): string => (LEFT + (share / end) * SIDE).toFixed(1);
  const y = (share: number): string => (TOP + SIDE - (share / end) * SIDE).toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => (end * i) / TICKS);
  return `<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="plot-title plot-text">
<title id="plot-title">Predicted and observed losses</title>
<desc id="plot-text">One point for each group of customers; the table below has the numbers.</desc>
<g class="grid">${ticks
    .map(
      (tick) =>
        `<path d="M${x(tick)} ${y(0)}V${y(end)}M${x(0)} ${y(tick)}H${x(end)}"/>` +
        `<text x="${x(tick)}" y="${TOP + SIDE + 16}" text-anchor="middle">${tickText(tick, end)}</text>` +
        `<text x="${LEFT - 6}" y="${y(tick)}" dy="0.35em" text-anchor="end">${tickText(tick, end)}</text>`,
    )
    .join("")}</g>
<path class="even" d="M${x(0)} ${y(0)}L${x(end)} ${y(end)}"/>
${groups.map((group) => point(group, x, y)).join("\n")}
<text x="${LEFT + SIDE / 2}" y="${HEIGHT - 8}" text-anchor="middle">predicted</text>
<text transform="translate(11 ${TOP + SIDE / 2}) rotate(-90)" text-anchor="middle">lost in fact</text>
</svg>`;
}

const tickText = (share: number, end: number): string => `${+(share * 100).toFixed(end < 0.04 ? 1 : 0)}%`;

function point(group: RiskGroup, x: (share: number) => string, y: (share: number) => string): string {
  const at = x(group.meanPredicted);
  return `<path class="interval" d="M${at} ${y(group.low95)}V${y(group.high95)}"/><circle cx="${at}" cy="${y(group.observed)}" r="4"/>`;
}
