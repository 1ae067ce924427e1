import type { AccountHealthView } from "@bellwether/shared";
import { LineChart } from "@hubspot/ui-extensions";

const AT_THE_TIME = "Calculated at the time";
const LATER = "Calculated later, from dated facts";

/** The score over time; a single point is no line. Days without enough data leave a gap in the facts, not a zero. */
export function TrendChart({ points }: { points: AccountHealthView["trend"]["points"] }) {
  const rows = points.flatMap((point) =>
    point.score === null
      ? []
      : [
          {
            at: Date.parse(point.at),
            score: point.score,
            origin: point.isReconstructed ? LATER : AT_THE_TIME,
          },
        ],
  );
  if (rows.length < 2) return null;
  const hasReconstructed = rows.some((row) => row.origin === LATER);
  return (
    <LineChart
      data={rows}
      axes={{
        x: { field: "at", fieldType: "datetime", label: "Date" },
        y: { field: "score", fieldType: "linear", label: "Health score" },
        ...(hasReconstructed && { options: { groupFieldByColor: "origin" } }),
      }}
      options={{ title: "Health score over time", showTooltips: true, showLegend: hasReconstructed }}
    />
  );
}
