import type { Band, ChurnRisk } from "../api/account-health.ts";
import type { DatedOverride } from "../corrections/correction.ts";
import { clamp, roundTo } from "../units.ts";
import { atRiskOf } from "./at-risk.ts";
import { bandOf, higherBand, lowerBand, nextBand } from "./band-hysteresis.ts";
import type { Cap } from "./caps.ts";
import type { BandMemory, HealthResult } from "./health-result.ts";
import type { Scorecard } from "./scorecard.ts";
import { decimal } from "./words.ts";

/**
 * The override that holds at an instant; `null` = none. One at a time: the newest takes the place of those before it,
 * which do not come back when it expires. Half-open: it no longer holds at its expiry.
 */
export function overrideInForce(overrides: readonly DatedOverride[], now: Date): DatedOverride | null {
  const at = now.toISOString();
  let newest: DatedOverride | null = null;
  for (const override of overrides) {
    if (override.at > at) continue;
    if (newest === null || isNewer(override, newest)) newest = override;
  }
  return newest !== null && newest.expiresAt > at ? newest : null;
}

/** Of two made in the same millisecond the same one wins, in whatever order they come. */
const isNewer = (a: DatedOverride, b: DatedOverride): boolean =>
  a.at === b.at ? a.correctionId > b.correctionId : a.at > b.at;

/** Points of an override on a calculated score, 0–100; a band's leave it as it is, and without a score there is none. */
export function overriddenScore(score: number | null, override: DatedOverride | null): number | null {
  if (score === null || override?.kind !== "points") return score;
  return clamp(roundTo(score + override.points, 1), 0, 100);
}

/** What was calculated, before anybody's word over it. `caps`: the lowest limit first. */
export interface Calculated {
  score: number | null;
  caps: readonly Cap[];
  churn: ChurnRisk;
}

/** What an override can change of a result, and what hysteresis goes on with. */
export type Judged = Pick<HealthResult, "healthScore" | "band" | "atRisk" | "override" | "bandMemory">;

/**
 * Score, band and risk of a calculation under an override. A cap is a fact, and no opinion lifts it. Hysteresis goes
 * on with what is calculated, so that an override leaves no trace once it is over.
 * @param memory of the evaluation before
 */
export function underOverride(
  rules: Pick<Scorecard, "bands" | "atRisk">,
  { score, caps, churn }: Calculated,
  override: DatedOverride | null,
  memory: BandMemory | null,
  now: Date,
): Judged {
  const limit = caps[0]?.limit ?? null;
  const capped = (points: number | null): number | null =>
    points === null || limit === null ? points : Math.min(points, limit);
  const healthScore = capped(overriddenScore(score, override));
  const calculated = nextBand(rules.bands, memory, capped(score), limit, now);
  const band = overriddenBand(rules.bands, calculated.band, override, healthScore, limit);
  const riskOf = (of: Band | null): Judged["atRisk"] => atRiskOf(rules.atRisk, of, churn, caps, memory, now);
  const calculatedRisk = riskOf(calculated.band);
  const { isAtRisk, since: atRiskSince } = calculatedRisk;
  return {
    healthScore,
    band,
    atRisk: band === calculated.band ? calculatedRisk : riskOf(band),
    override: overrideShown(override, { score, band: calculated.band }),
    bandMemory: { ...calculated, isAtRisk, atRiskSince },
  };
}

/** Points move the band at once, and never against their sign; a chosen band holds as far as a cap lets it. */
function overriddenBand(
  rules: Scorecard["bands"],
  calculated: Band | null,
  override: DatedOverride | null,
  healthScore: number | null,
  limit: number | null,
): Band | null {
  if (override === null) return calculated;
  if (override.kind === "band")
    return limit === null ? override.band : lowerBand(override.band, bandOf(rules, limit));
  if (calculated === null || healthScore === null) return calculated;
  const moved = bandOf(rules, healthScore);
  return override.points < 0 ? lowerBand(calculated, moved) : higherBand(calculated, moved);
}

/**
 * A stored result as it is now, when an override came, went or expired since it was calculated: the same that the
 * next calculation from unchanged facts gives. A lost customer's stays as on that day.
 */
export function withOverrides(
  result: HealthResult,
  rules: Pick<Scorecard, "bands" | "atRisk">,
  overrides: readonly DatedOverride[],
  now: Date,
): HealthResult {
  if (result.lostAt !== null) return result;
  const override = overrideInForce(overrides, now);
  if ((override?.correctionId ?? null) === (result.override?.correctionId ?? null)) return result;
  const { calculatedScore: score, caps, churnRisk: churn } = result;
  return { ...result, ...underOverride(rules, { score, caps, churn }, override, result.bandMemory, now) };
}

/** What the reader is shown of it; the calculated score and band stay visible beside it. */
export function overrideShown(
  override: DatedOverride | null,
  calculated: { score: number | null; band: Band | null },
): HealthResult["override"] {
  if (override === null) return null;
  const { correctionId, reason, by, at, expiresAt } = override;
  const was =
    calculated.score === null
      ? "there is not enough data for a score"
      : `${decimal(calculated.score, 1)}${calculated.band === null ? "" : `, ${calculated.band}`}`;
  return {
    correctionId,
    kind: override.kind,
    band: override.kind === "band" ? override.band : null,
    points: override.kind === "points" ? override.points : null,
    reason,
    by,
    at,
    expiresAt,
    sentence: `Set by ${by}. Calculated: ${was}.`,
  };
}
