import type { Band } from "@bellwether/shared";
import type { ReactNode } from "react";

interface ScoreBadgeProps {
  healthScore: number | null;
  band: Band | null;
}

/** Score on its band's colour; a dash where there is no score. */
export function ScoreBadge({ healthScore, band }: ScoreBadgeProps): ReactNode {
  if (healthScore === null) {
    return (
      <span className="badge is-none" title="No score yet">
        –
      </span>
    );
  }
  return (
    <span
      className={`badge is-${band ?? "none"}`}
      title={`Health score ${healthScore}, ${band ?? "no band"}`}
    >
      {Math.round(healthScore)}
    </span>
  );
}
