import { evaluatePredictions } from "../churn/evaluate-predictions.ts";
import { type ChurnFitInput, fitChurn } from "../churn/fit-churn.ts";
import type { FittedChurn } from "../churn/fitted-churn.ts";
import { predictChurn } from "../churn/predict-churn.ts";
import { standardisationOf } from "../churn/standardisation.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import { brierDifference } from "./compare-models.ts";
import { featureTable } from "./feature-values.ts";
import type { ReportMetrics } from "./model-report.ts";
import type { Split } from "./split-rows.ts";
import { predictWith, tenantPrior } from "./tenant-prior.ts";
import type { TrainingRow } from "./training-rows.ts";

export function fitRows(rows: readonly TrainingRow[], expert: ChurnModel): FittedChurn {
  const table = featureTable(rows.map((row) => row.values));
  const standardisation = standardisationOf(table);
  const input: ChurnFitInput = {
    table,
    labels: labelsOf(rows),
    prior: tenantPrior(expert, table, standardisation),
    standardisation,
  };
  return fitChurn(input);
}

export const labelsOf = (rows: readonly TrainingRow[]): Uint8Array =>
  Uint8Array.from(rows, (row) => (row.isLost ? 1 : 0));

/** Predictions for the later rows, by models that saw neither their accounts nor their time. */
export interface Judged {
  rows: readonly TrainingRow[];
  labels: Uint8Array;
  challenger: Float64Array;
  champion: Float64Array;
  baseRate: Float64Array;
}

export function judge(split: Split, expert: ChurnModel, champion: ChurnModel): Judged {
  const rows: TrainingRow[] = [];
  const [challenger, baseRate]: [number[], number[]] = [[], []];
  for (const { train, test } of split.folds) {
    const fitted = fitRows(train, expert);
    challenger.push(...predictChurn(fitted, featureTable(test.map((row) => row.values))));
    for (const row of test) {
      rows.push(row);
      baseRate.push(fitted.baseRate ?? 0);
    }
  }
  return {
    rows,
    labels: labelsOf(rows),
    challenger: Float64Array.from(challenger),
    champion: predictWith(champion, featureTable(rows.map((row) => row.values))),
    baseRate: Float64Array.from(baseRate),
  };
}

export function metricsOf(p: Float64Array, y: Uint8Array, random: () => number): ReportMetrics {
  const { brier, logLoss, auc, lift } = evaluatePredictions(p, y, random);
  const isFlat = p.every((value) => value === p[0]);
  return { brier, logLoss, auc: isFlat ? null : auc, lift: isFlat ? null : lift };
}

export const differenceTo = (judged: Judged, other: Float64Array, random: () => number) =>
  brierDifference(
    judged.challenger,
    other,
    judged.labels,
    judged.rows.map((row) => row.accountId),
    random,
  );
