import { contributionAt, zOf } from "../churn/additive-feature.ts";
import type { FittedChurn } from "../churn/fitted-churn.ts";
import { seededRandom } from "../churn/random.ts";
import { NO_SEPARATION, toChurnModel } from "../churn/to-churn-model.ts";
import { calibrationWarning } from "../churn/warnings.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import { clamp, DAY_MS, roundTo } from "../units.ts";
import { CHURN_FEATURES } from "./feature-values.ts";
import { differenceTo, fitRows, type Judged, judge, metricsOf } from "./judge.ts";
import type { ModelReport, ReportMetrics } from "./model-report.ts";
import { hashText } from "./reference-dates.ts";
import {
  comparisonWith,
  effectWords,
  methodWords,
  notEnough,
  noteOf,
  splitWords,
  trustWords,
} from "./report-words.ts";
import { riskGroups } from "./risk-groups.ts";
import { FOLDS, type Split, splitRows } from "./split-rows.ts";
import type { TrainingRow } from "./training-rows.ts";

/** Fewer lost or kept accounts let chance decide; the expert's estimate then stays as it is. */
export const MIN_ACCOUNTS_EACH = 10;
/** What is learned in seconds; of more rows an even sample is taken. */
export const MOST_ROWS = 12_000;

export interface TrainingTask {
  rows: readonly TrainingRow[];
  horizonDays: number;
  expert: ChurnModel;
  /** The model in force. */
  champion: ChurnModel;
  /** Up to when the champion has learned, ms; `null` = from nothing. */
  championUntil: number | null;
}

export type TrainingResult =
  | { kind: "not_enough_outcomes"; detail: string }
  | { kind: "trained"; model: ChurnModel; report: ModelReport };

/**
 * Learns a model and judges it against the one in force and against the base rate. The same rows give the same
 * model, version and report to the last bit: all chance is seeded by the rows.
 */
export function trainModel(task: TrainingTask): TrainingResult {
  const lostAccounts = new Set(task.rows.filter((row) => row.isLost).map((row) => row.accountId)).size;
  const accounts = new Set(task.rows.map((row) => row.accountId)).size;
  const keptAccounts = accounts - lostAccounts;
  if (lostAccounts < MIN_ACCOUNTS_EACH || keptAccounts < MIN_ACCOUNTS_EACH)
    return {
      kind: "not_enough_outcomes",
      detail: notEnough(lostAccounts, keptAccounts, MIN_ACCOUNTS_EACH),
    };
  const rows = sampled(inOrder(task.rows));
  const seed = hashText(JSON.stringify(rows));
  const fitted = fitRows(rows, task.expert);
  const model = toChurnModel(fitted, {
    version: versionOf(rows, task.horizonDays, seed),
    horizonDays: task.horizonDays,
    note: noteOf(lostAccounts, keptAccounts),
    bands: bandsOf(fitted.baseRate ?? 0),
    features: CHURN_FEATURES,
  });
  const counts = { accounts, lostAccounts, keptAccounts, rowsSetAside: task.rows.length - rows.length };
  return { kind: "trained", model, report: reportOf(task, rows, fitted, model, seed, counts) };
}

/** Time, then account: the order in which rows were read does not matter. */
const inOrder = (rows: readonly TrainingRow[]): TrainingRow[] =>
  rows.toSorted((a, b) => a.at - b.at || (a.accountId < b.accountId ? -1 : 1));

/** Every row has the same chance, whatever its outcome: the base rate stays what it is. */
function sampled(rows: readonly TrainingRow[]): readonly TrainingRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  const ranked = rows.map((row) => ({ row, rank: hashText(`${row.accountId} ${row.at}`) }));
  const kept = new Set(
    ranked
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, MOST_ROWS)
      .map(({ row }) => row),
  );
  return rows.filter((row) => kept.has(row));
}

/** As in the expert's model: twice and five times the base rate, within limits that still mean something. */
const bandsOf = (baseRate: number): ChurnModel["bands"] => ({
  medium: roundTo(clamp(2 * baseRate, 0.03, 0.3), 3),
  high: roundTo(clamp(5 * baseRate, 0.1, 0.6), 3),
});

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const lastDate = (rows: readonly TrainingRow[]): number => rows.at(-1)?.at ?? 0;
const dataUntil = (rows: readonly TrainingRow[], horizonDays: number): string =>
  dayText(lastDate(rows) + horizonDays * DAY_MS);
const versionOf = (rows: readonly TrainingRow[], horizonDays: number, seed: number): string =>
  `learned-${dataUntil(rows, horizonDays)}-${seed.toString(16).padStart(8, "0")}`;

function reportOf(
  task: TrainingTask,
  rows: readonly TrainingRow[],
  fitted: FittedChurn,
  model: ChurnModel,
  seed: number,
  counts: Omit<ModelReport["counts"], "rows" | "losses">,
): ModelReport {
  const { horizonDays, champion } = task;
  const fair = splitRows(rows, horizonDays, task.championUntil ?? undefined);
  const split = fair ?? splitRows(rows, horizonDays);
  const judged = split && judge(split, task.expert, champion);
  const isUnfair = fair === null && split !== null && task.championUntil !== null;
  return {
    version: model.version,
    horizonDays,
    counts: { ...counts, rows: rows.length, losses: fitted.events },
    dates: {
      from: dayText(rows[0]?.at ?? 0),
      to: dayText(lastDate(rows)),
      dataUntil: dataUntil(rows, horizonDays),
    },
    split: split && judged && sidesOf(split, judged, horizonDays),
    features: featureParts(rows, model),
    ...judgementOf(judged, fitted, champion, seed),
    separates: fitted.separates,
    warnings: warningsOf(fitted, judged, isUnfair),
    method: [...methodWords(horizonDays, split && wordsOf(split, horizonDays)), trustWords(fitted)],
  };
}

const wordsOf = (split: Split, horizonDays: number): string =>
  splitWords(dayText(split.cut), horizonDays, FOLDS);

function sidesOf(split: Split, judged: Judged, horizonDays: number): ModelReport["split"] {
  const later = inOrder(judged.rows);
  const sideOf = (rows: readonly TrainingRow[]) => ({
    rows: rows.length,
    accounts: new Set(rows.map((row) => row.accountId)).size,
    losses: rows.filter((row) => row.isLost).length,
    from: dayText(rows[0]?.at ?? 0),
    to: dayText(lastDate(rows)),
  });
  return {
    cut: dayText(split.cut),
    train: sideOf(split.earlier),
    test: sideOf(later),
    words: wordsOf(split, horizonDays),
  };
}

/** Each figure with a generator of its own, so that none depends on the order in which they are calculated. */
function judgementOf(judged: Judged | null, fitted: FittedChurn, champion: ChurnModel, seed: number) {
  const metrics = (p: Float64Array | undefined) =>
    p && judged ? metricsOf(p, judged.labels, seededRandom(seed)) : null;
  const against = (other: Float64Array | undefined, name: string) =>
    comparisonWith(other && judged ? differenceTo(judged, other, seededRandom(seed)) : null, name);
  return {
    challenger: metrics(judged?.challenger),
    champion: { version: champion.version, metrics: metrics(judged?.champion) },
    baseRate: { rate: fitted.baseRate ?? 0, metrics: sameForAll(metrics(judged?.baseRate)) },
    againstChampion: against(judged?.champion, "the model in use"),
    againstBaseRate: against(judged?.baseRate, "saying the same rate for every customer"),
    reliability: judged ? riskGroups(judged.challenger, judged.labels) : [],
  };
}

/** One rate for all tells nobody apart; the little that it does comes from the groups' own rates. */
const sameForAll = (metrics: ReportMetrics | null): ReportMetrics | null =>
  metrics && { ...metrics, auc: null, lift: null };

function warningsOf(fitted: FittedChurn, judged: Judged | null, isUnfair: boolean): string[] {
  const calibration = judged && calibrationWarning(judged.challenger, judged.labels);
  return [
    ...(fitted.separates ? [] : [NO_SEPARATION]),
    ...(calibration ? [calibration] : []),
    ...(isUnfair
      ? ["The model in use has learned from a part of the outcomes it was compared on, which flatters it."]
      : []),
  ];
}

function featureParts(rows: readonly TrainingRow[], model: ChurnModel): ModelReport["features"] {
  return CHURN_FEATURES.map(({ key, label }, column) => {
    const known = rows.filter((row) => !Number.isNaN(row.values[column] ?? Number.NaN)).length;
    const feature = model.features.find((each) => each.key === key);
    const effect = feature
      ? contributionAt(feature, zOf(feature, feature.clamp.high)) -
        contributionAt(feature, zOf(feature, feature.clamp.low))
      : 0;
    const oddsFactor = roundTo(Math.exp(effect), 4);
    const words =
      known === 0
        ? "Never known: takes no part."
        : feature === undefined
          ? "The same for every customer: takes no part."
          : effectWords(oddsFactor);
    return {
      key,
      label,
      coverage: known / rows.length,
      direction: oddsFactor > 1.1 ? "raises" : oddsFactor < 0.9 ? "lowers" : "none",
      oddsFactor,
      words,
    };
  });
}
