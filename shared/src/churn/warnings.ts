import { counted, percent } from "../scoring/words.ts";
import { type AdditiveFeature, contributionAt, zOf } from "./additive-feature.ts";
import type { FeatureTable } from "./feature-table.ts";
import { sigmoid } from "./moderate.ts";
import { shareOf } from "./reliability.ts";

/** What both a fitted and a stored model know; a feature is found in the table by its name. */
export interface DriftModel {
  intercept: number | { mean: number };
  features: readonly (AdditiveFeature & ({ name: string; label?: never } | { key: string; label: string }))[];
  /** `null` or absent: nothing to compare the predictions with. */
  baseRate?: number | null;
  /** How many outcomes the base rate rests on, as a fit and as a stored model call it. */
  rows?: number;
  outcomes?: number;
}

/** By construction about 2% of the accounts learned from lie outside; five times as many is drift. */
const CLAMPED_SHARE = 0.1;
/** Fewer accounts show any share by chance. */
const MIN_ACCOUNTS = 20;
/** Odds of the mean prediction against those of the base rate. */
const MAX_ODDS_RATIO = 1.5;

/**
 * Where accounts to be predicted differ from those that the model learned from, in sentences to show. Empty when
 * nothing stands out or there are too few accounts to say.
 */
export function driftWarnings(model: DriftModel, table: FeatureTable): string[] {
  const outside = model.features.flatMap((feature) => clampedWarning(feature, table));
  const rate = rateWarning(model, table);
  return rate === null ? outside : [...outside, rate];
}

function clampedWarning(feature: DriftModel["features"][number], table: FeatureTable): string[] {
  const { low, high } = feature.clamp;
  const known = valuesOf(feature, table).filter((value) => !Number.isNaN(value));
  const outside = known.filter((value) => value < low || value > high).length;
  if (known.length < MIN_ACCOUNTS || outside <= CLAMPED_SHARE * known.length) return [];
  const share = percent(outside / known.length);
  return [
    `${feature.label ?? nameOf(feature)}: ${share} of ${known.length} accounts lie outside the range that the model learned from, so their risk is held at the end of that range. Train the model again on newer outcomes.`,
  ];
}

function rateWarning(model: DriftModel, table: FeatureTable): string | null {
  const { baseRate, features } = model;
  if (baseRate === undefined || baseRate === null || table.rows < MIN_ACCOUNTS) return null;
  const logOdds = new Float64Array(table.rows).fill(
    typeof model.intercept === "number" ? model.intercept : model.intercept.mean,
  );
  for (const feature of features)
    for (const [row, value] of valuesOf(feature, table).entries())
      if (!Number.isNaN(value))
        logOdds[row] = (logOdds[row] ?? 0) + contributionAt(feature, zOf(feature, value));
  const mean = logOdds.reduce((sum, value) => sum + sigmoid(value) / table.rows, 0);
  const ratio = (mean * (1 - baseRate)) / ((1 - mean) * baseRate);
  if (ratio <= MAX_ODDS_RATIO && ratio >= 1 / MAX_ODDS_RATIO) return null;
  const outcomes = model.rows ?? model.outcomes ?? 0;
  if (outcomes > 0) {
    const { low95, high95 } = shareOf(baseRate * outcomes, outcomes);
    if (mean >= low95 && mean <= high95) return null; // so few outcomes do not contradict it
  }
  return `The model predicts a loss for ${percent(mean)} of these ${counted(table.rows, "account")} on average, but ${percent(baseRate)} were lost among those it learned from. Either the accounts changed or the model no longer fits them; compare with recent outcomes before relying on it.`;
}

const nameOf = (feature: DriftModel["features"][number]): string =>
  "key" in feature ? feature.key : feature.name;

function valuesOf(
  feature: DriftModel["features"][number],
  { features, rows, values }: FeatureTable,
): Float64Array {
  const column = features.indexOf(nameOf(feature));
  return Float64Array.from({ length: rows }, (_, row) =>
    column < 0 ? Number.NaN : (values[row * features.length + column] ?? Number.NaN),
  );
}

/** Chance of a false alarm under 1%, two-sided. */
const Z_ALARM = 2.58;

/**
 * Says in words when outcomes contradict the predictions: too many or too few losses, or too sure of itself.
 * `null` when they agree as well as chance lets them.
 * @param p predictions, `y` what happened: 1 = lost
 */
export function calibrationWarning(p: Float64Array, y: Uint8Array): string | null {
  let [predicted, lost, variance, away, awayVariance] = [0, 0, 0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    const probability = p[i] ?? 0;
    const spread = probability * (1 - probability);
    predicted += probability;
    lost += y[i] ?? 0;
    variance += spread;
    // Spiegelhalter (1986): squared errors against those that calibrated predictions would have
    away += ((y[i] ?? 0) - probability) * (1 - 2 * probability);
    awayVariance += (1 - 2 * probability) ** 2 * spread;
  }
  const difference = lost - predicted;
  if (Math.abs(difference) > Z_ALARM * Math.sqrt(variance) && Math.abs(difference) >= 1)
    return `The model predicted ${percent(predicted / p.length)} of ${counted(p.length, "account")} to be lost, and ${percent(lost / p.length)} were: its probabilities are too ${difference > 0 ? "low" : "high"}. Train it again before acting on them.`;
  if (awayVariance > 0 && away > Z_ALARM * Math.sqrt(awayVariance) && away >= 1)
    return "The model is too sure of itself: accounts with a low risk were lost more often than predicted, or accounts with a high risk less often. Train it again before acting on its probabilities.";
  return null;
}
