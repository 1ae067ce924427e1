import type { ChurnRisk } from "../api/account-health.ts";
import { isoText } from "../iso-text.ts";
import type { Cap } from "./caps.ts";
import type { BandMemory, HealthResult } from "./health-result.ts";
import type { Scorecard } from "./scorecard.ts";
import { percent } from "./words.ts";

/**
 * The overlay on the segment: red band, high churn risk, or a cap. It is left when none of them holds any more;
 * each has a margin of its own against flapping (the band its days above the line, the churn risk a lower
 * threshold to leave, the cap for ratings a higher line).
 */
export function atRiskOf(
  rules: Scorecard["atRisk"],
  band: BandMemory["band"],
  churn: ChurnRisk,
  caps: readonly Cap[],
  memory: BandMemory | null,
  now: Date,
): HealthResult["atRisk"] {
  const threshold = memory?.isAtRisk ? rules.leaveBelow : rules.enterAt;
  const sentences = caps.map((cap) => cap.sentence);
  if (band === "red") sentences.push("The health score is in the red band.");
  if (churn.probability !== null && churn.probability >= threshold)
    sentences.push(`The churn risk is ${percent(churn.probability)} within ${churn.horizonDays} days.`);
  const isAtRisk = sentences.length > 0;
  const since = isAtRisk ? (memory?.atRiskSince ?? isoText(now.getTime())) : null;
  return { isAtRisk, since, sentences };
}
