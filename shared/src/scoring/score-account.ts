import type { AccountState } from "../account-state.ts";
import type { Confidence } from "../api/account-health.ts";
import { isoText } from "../iso-text.ts";
import { atRiskOf } from "./at-risk.ts";
import { nextBand } from "./band-hysteresis.ts";
import { capsInForce } from "./caps.ts";
import type { ChurnModel } from "./churn-model.ts";
import { churnRisk } from "./churn-risk.ts";
import { freshnessRows } from "./freshness.ts";
import type { HealthResult, SourcesSeen } from "./health-result.ts";
import { missingMeasures, nextStepFor, reasonsFor } from "./reasons.ts";
import type { Scorecard } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { type SignalKey, type SignalReading, signalKeys } from "./signals/signal.ts";
import { type SignalContext, signalContext } from "./signals/signal-context.ts";
import { weighMeasures } from "./weigh-measures.ts";

export interface ScoreInput {
  state: AccountState;
  /** When we first saw the account; its age starts here only where nothing better is known. */
  createdAt: Date;
  scorecard: Scorecard;
  churnModel: ChurnModel;
  now: Date;
  sources: SourcesSeen;
  /** The result before this one, for hysteresis; `null` at the first evaluation. */
  previous: HealthResult | null;
}

/**
 * The whole result for one account at one moment. Pure: the same input gives the same result to the last bit.
 *
 * `calculatedScore` has one decimal, and the contributions sum exactly to it; `healthScore` is the same number held
 * down by the lowest cap in force. Both are `null` exactly when coverage is below the scorecard's floor.
 */
export function scoreAccount(input: ScoreInput): HealthResult {
  const { scorecard, churnModel, now, previous } = input;
  const context = signalContext(input.state, now, input.sources, {
    createdAt: input.createdAt,
    limits: scorecard.freshnessHours,
  });
  const readings = readAll(context);
  const { segment, ageDays } = context.age;
  const { score, coverage, dimensions, contributions } = weighMeasures(scorecard, readings, segment);
  const caps = capsInForce(scorecard, context, readings, previous);
  const limit = caps[0]?.limit ?? null;
  const healthScore = score === null || limit === null ? score : Math.min(score, limit);
  const memory = previous?.bandMemory ?? null;
  const band = nextBand(scorecard.bands, memory, healthScore, limit, now);
  const churn = churnRisk(churnModel, context, readings, score !== null);
  const atRisk = atRiskOf(scorecard.atRisk, band.band, churn, caps, memory, now);
  const freshness = freshnessRows(context, scorecard.freshnessHours);
  const missing = missingMeasures(contributions, weightsOf(scorecard), context.crm !== null);
  return {
    status: score === null ? "not_enough_data" : "scored",
    healthScore,
    calculatedScore: score,
    band: band.band,
    segment,
    ageDays,
    atRisk,
    churnRisk: churn,
    churnBand: churn.band,
    confidence: confidenceOf(scorecard, coverage, freshness),
    coverage,
    freshness,
    dimensions,
    contributions,
    reasons: reasonsFor(contributions),
    caps,
    missing,
    nextStep: nextStepFor(caps, contributions, missing, score !== null),
    scorecardVersion: scorecard.version,
    bandMemory: { ...band, isAtRisk: atRisk.isAtRisk, atRiskSince: atRisk.since },
    scoredAt: isoText(now.getTime()),
    versions: `${scorecard.version}/${churnModel.version}`,
  };
}

function readAll(context: SignalContext): Map<SignalKey, SignalReading> {
  const readings = new Map<SignalKey, SignalReading>();
  for (const key of signalKeys) readings.set(key, SIGNALS[key].readIn(context));
  return readings;
}

/** Each measure's share of the whole score, in 100ths of a percent; worked out once per scorecard. */
const weightsByCard = new WeakMap<Scorecard, ReadonlyMap<string, number>>();

function weightsOf(scorecard: Scorecard): ReadonlyMap<string, number> {
  const known = weightsByCard.get(scorecard);
  if (known !== undefined) return known;
  const weights = new Map(
    scorecard.dimensions.flatMap((d) =>
      d.measures.map((m) => [m.signal as string, d.weight * m.weight] as const),
    ),
  );
  weightsByCard.set(scorecard, weights);
  return weights;
}

/** High only if everything that is there is also fresh. */
function confidenceOf(
  { confidence }: Scorecard,
  coverage: number,
  freshness: HealthResult["freshness"],
): Confidence {
  const isFresh = freshness.every((row) => !row.isStale);
  if (coverage >= confidence.highFrom && isFresh) return "high";
  return coverage >= confidence.mediumFrom ? "medium" : "low";
}
