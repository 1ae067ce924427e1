import type { AccountHealthView, Contribution, Segment } from "../api/account-health.ts";
import { roundTo } from "../units.ts";
import { measureScore } from "./measures.ts";
import type { Scorecard, ScorecardDimension, ScorecardMeasure } from "./scorecard.ts";
import { measureTextOf } from "./signals/measure-text.ts";
import { isCustomSignalKey, type MeasureKey, notApplicable, type SignalReading } from "./signals/signal.ts";

type DimensionResult = AccountHealthView["dimensions"][number];
export type Readings = ReadonlyMap<MeasureKey, SignalReading>;

/** The score with everything that explains it, before caps and bands. */
export interface WeighedScore {
  /** 0–100 with one decimal; `null` below the coverage floor. */
  score: number | null;
  /** Available ÷ applicable weight, 0–1, with six decimals. */
  coverage: number;
  dimensions: DimensionResult[];
  contributions: Contribution[];
}

interface Weighed {
  measure: ScorecardMeasure;
  reading: SignalReading;
  /** 0–100; `null` = no part in the score. */
  score: number | null;
}
interface WeighedDimension {
  dimension: ScorecardDimension;
  measures: Weighed[];
  /** Sums of weights: of the measures that could have data, and of those that have. */
  applicable: number;
  available: number;
}

/**
 * Measures into dimensions into one score. A measure without data hands its weight to the others of its
 * dimension, a dimension without any to the other dimensions.
 */
export function weighMeasures(scorecard: Scorecard, readings: Readings, segment: Segment): WeighedScore {
  const weighed = scorecard.dimensions.map((dimension) => weighDimension(dimension, readings, segment));
  const coverage = coverageOf(weighed);
  const hasScore = coverage >= scorecard.coverageFloor;
  const totalWeight = sum(weighed.map((w) => (w.available > 0 ? w.dimension.weight : 0)));
  const shareOf = (w: WeighedDimension): number =>
    w.available > 0 && totalWeight > 0 ? (w.dimension.weight / totalWeight) * 100 : 0;
  const contributions = weighed.flatMap((w) => {
    const share = hasScore ? shareOf(w) : 0;
    return w.measures.map((m) => contribution(scorecard, w, m, share));
  });
  const raw = sum(contributions.map((c) => c.points));
  const score = hasScore ? roundTo(raw, 1) : null;
  return {
    score,
    coverage,
    dimensions: weighed.map((w) => dimensionResult(w, shareOf(w))),
    contributions: score === null ? contributions : reconciled(contributions, raw, score),
  };
}

const sum = (values: readonly number[]): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function weighDimension(
  dimension: ScorecardDimension,
  readings: Readings,
  segment: Segment,
): WeighedDimension {
  const isIrrelevant = dimension.notApplicableTo.includes(segment);
  let applicable = 0;
  let available = 0;
  const measures = dimension.measures.map((measure): Weighed => {
    const reading = isIrrelevant ? irrelevant(measure.signal, segment) : readingOf(readings, measure.signal);
    if (reading.state !== "not_applicable") applicable += measure.weight;
    if (reading.value === null) return { measure, reading, score: null };
    available += measure.weight;
    return { measure, reading, score: measureScore(measure.scale, reading.value) };
  });
  return { dimension, measures, applicable, available };
}

const irrelevant = (signal: MeasureKey, segment: Segment): SignalReading => ({
  signal,
  ...notApplicable(`Not counted for ${segment} customers.`),
});

const readingOf = (readings: Readings, signal: MeasureKey): SignalReading =>
  readings.get(signal) ?? {
    signal,
    state: "missing",
    value: null,
    sentence: "Not read.",
    observedAt: null,
    evidence: [],
  };

function coverageOf(weighed: readonly WeighedDimension[]): number {
  const applicable = sum(weighed.map((w) => w.dimension.weight * w.applicable));
  const available = sum(weighed.map((w) => w.dimension.weight * w.available));
  return applicable === 0 ? 0 : roundTo(available / applicable, 6);
}

function contribution(
  { customSignals }: Scorecard,
  { dimension, available }: WeighedDimension,
  { measure, reading, score }: Weighed,
  effectiveWeight: number,
): Contribution {
  const maxPoints = score === null || available === 0 ? 0 : (effectiveWeight * measure.weight) / available;
  const text = measureTextOf(customSignals, measure.signal);
  return {
    measure: measure.signal,
    label: text.label,
    ...(isCustomSignalKey(measure.signal) && { isFinancial: text.isFinancial }),
    dimension: dimension.key,
    state: reading.state,
    points: score === null ? 0 : maxPoints * (score / 100),
    maxPoints,
    measureScore: score,
    sentence: reading.sentence,
    observedAt: reading.observedAt,
    evidence: reading.evidence.map(({ ref, label }) => ({ ref, label, url: null })),
  };
}

function dimensionResult(
  { dimension, measures, applicable, available }: WeighedDimension,
  effectiveWeight: number,
): DimensionResult {
  const points = sum(measures.map((m) => (m.score ?? 0) * m.measure.weight));
  return {
    dimension: dimension.key,
    label: dimension.label,
    score: available > 0 ? roundTo(points / available, 1) : null,
    weight: dimension.weight,
    effectiveWeight,
    state: available > 0 ? "measured" : applicable > 0 ? "missing" : "not_applicable",
  };
}

/**
 * The score is shown with one decimal, and the points have to add up to what is shown. What rounding adds or takes
 * away (at most 0.05) goes to the one contribution with the most room for it, so that all others stay as they are
 * and each stays between 0 and its best.
 */
function reconciled(contributions: Contribution[], raw: number, score: number): Contribution[] {
  const rest = score - raw;
  if (rest === 0) return contributions;
  const roomOf = (c: Contribution): number => (rest > 0 ? c.maxPoints - c.points : c.points);
  let widest = 0;
  contributions.forEach((c, index) => {
    const known = contributions[widest];
    if (known !== undefined && roomOf(c) > roomOf(known)) widest = index;
  });
  return contributions.map((c, index) =>
    index === widest ? { ...c, points: Math.min(c.maxPoints, Math.max(0, c.points + rest)) } : c,
  );
}
