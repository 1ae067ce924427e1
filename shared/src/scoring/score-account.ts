import type { AccountState } from "../account-state.ts";
import type { Confidence } from "../api/account-health.ts";
import type { DatedOverride } from "../corrections/correction.ts";
import { isoText } from "../iso-text.ts";
import { capsInForce } from "./caps.ts";
import type { ChurnModel } from "./churn-model.ts";
import { churnRisk } from "./churn-risk.ts";
import { freshnessRows } from "./freshness.ts";
import type { HealthResult, SourcesSeen } from "./health-result.ts";
import { overrideInForce, underOverride } from "./override.ts";
import { missingMeasures, nextStepFor, reasonsFor } from "./reasons.ts";
import { redFlagsOf } from "./red-flags.ts";
import type { ScoreMemory } from "./score-inputs.ts";
import type { Scorecard } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { neededSignals } from "./signals/needed-signals.ts";
import { readCustom } from "./signals/read-custom.ts";
import type { MeasureKey, SignalReading } from "./signals/signal.ts";
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
  previous: ScoreMemory | null;
  /** Those of the account, in force or not. */
  overrides?: readonly DatedOverride[];
  /** Since when the account is lost; then `now` is that date, and the result stands as on that day. */
  lostAt?: Date | null;
}

/**
 * The whole result for one account at one moment. Pure: the same input gives the same result to the last bit.
 *
 * `calculatedScore` has one decimal, and the contributions sum exactly to it; `healthScore` is the same number with
 * the points of an override, held down by the lowest cap in force: a cap is a fact, and no opinion lifts it. Both are
 * `null` exactly when coverage is below the scorecard's floor. An overridden band takes the place of the calculated
 * one; the hysteresis goes on with the calculated one.
 */
export function scoreAccount(input: ScoreInput): HealthResult {
  const { scorecard, churnModel, now, previous } = input;
  const context = signalContext(input.state, now, input.sources, {
    createdAt: input.createdAt,
    limits: scorecard.freshnessHours,
  });
  const readings = readNeeded(context, scorecard, churnModel);
  const { segment, ageDays } = context.age;
  const { score, coverage, dimensions, contributions } = weighMeasures(scorecard, readings, segment);
  const caps = capsInForce(scorecard, context, readings, previous);
  const churn = churnRisk(churnModel, context, readings, score !== null);
  const override = overrideInForce(input.overrides ?? [], now);
  const memory = previous?.bandMemory ?? null;
  const judged = underOverride(scorecard, { score, caps, churn }, override, memory, now);
  const freshness = freshnessRows(context, scorecard.freshnessHours);
  const missing = missingMeasures(contributions, weightsOf(scorecard), context.crm !== null, scorecard);
  return {
    ...judged,
    status: score === null ? "not_enough_data" : "scored",
    calculatedScore: score,
    segment,
    ageDays,
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
    redFlags: redFlagsOf(readings),
    scorecardVersion: scorecard.version,
    lostAt: input.lostAt ? isoText(input.lostAt.getTime()) : null,
    scoredAt: isoText(now.getTime()),
    versions: `${scorecard.version}/${churnModel.version}`,
  };
}

/** Every signal that the definitions look at. */
export function readNeeded(
  context: SignalContext,
  scorecard: Scorecard,
  churnModel: ChurnModel,
): Map<MeasureKey, SignalReading> {
  const readings = new Map<MeasureKey, SignalReading>();
  for (const key of neededSignals(scorecard, churnModel)) readings.set(key, SIGNALS[key].readIn(context));
  for (const signal of scorecard.customSignals)
    readings.set(`custom.${signal.key}`, readCustom(signal, context));
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
