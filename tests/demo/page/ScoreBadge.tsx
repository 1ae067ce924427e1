import type { Band } from "@bellwether/shared";
import type { ReactNode } from "react";

interface ScoreBadgeProps {
  healthScore: number | null;
  band: Band | null;
  /** With its decimal, where small differences count. */
  isExact?: boolean;
}

/** Score on its band's colour; a dash where there is no score. */
export function ScoreBadge({ healthScore, band, isExact = false }: ScoreBadgeProps): ReactNode {
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
      {isExact ? healthScore : Math.round(healthScore)}
    </span>
  );
}
