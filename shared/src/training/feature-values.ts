import type { AccountState } from "../account-state.ts";
import { profileValue } from "../account-state.ts";
import type { FeatureTable } from "../churn/feature-table.ts";
import type { ChurnFeature } from "../scoring/churn-model.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import type { SourcesSeen } from "../scoring/health-result.ts";
import { SIGNALS } from "../scoring/signals/catalogue.ts";
import { type SignalContext, signalContext } from "../scoring/signals/signal-context.ts";
import { roundTo } from "../units.ts";

/** What a model may learn from: the expert's features, so that there is an opinion on each to start from. */
export const CHURN_FEATURES: readonly Pick<ChurnFeature, "key" | "label" | "from">[] =
  CHURN_PRIOR_V1.features.map(({ key, label, from }) => ({ key, label, from }));

/** Features about the account itself, which are always known. */
const ALWAYS_KNOWN: ReadonlySet<ChurnFeature["from"]> = new Set(["tenure", "notice_of_non_renewal"]);
/** Share of signals below which nothing is learned: the scorecard's floor, under which the churn risk abstains. */
const COVERAGE_FLOOR = 0.3;

/**
 * The features of `CHURN_FEATURES` as they stood at `at`, in the units that the churn risk reads; NaN = not known.
 * @param state folded from what became true up to `at`
 * @param ticketsFrom the platform that tickets come from, as in `SourcesSeen`
 */
export function churnFeatureValues(
  state: AccountState,
  createdAt: Date,
  at: Date,
  ticketsFrom: SourcesSeen["ticketsFrom"],
): number[] {
  // the history was read completely, so every source was up to date on that day
  const sources = { crm: at, tickets: at, ...(ticketsFrom === undefined ? {} : { ticketsFrom }) };
  const context = signalContext(state, at, sources, { createdAt });
  return CHURN_FEATURES.map(({ from }) => featureValue(from, context));
}

function featureValue(from: ChurnFeature["from"], context: SignalContext): number {
  if (from === "tenure") return roundTo(Math.log1p(context.age.ageDays), 6);
  if (from === "notice_of_non_renewal")
    return profileValue(context.state, "noticeOfNonRenewal") === true ? 1 : 0;
  return SIGNALS[from].readIn(context).value ?? Number.NaN;
}

/** Whether enough signals were known; else the churn risk abstains, and there is nothing to learn from. */
export function isInformative(values: readonly number[]): boolean {
  const signals = values.filter((_, i) => !ALWAYS_KNOWN.has(CHURN_FEATURES[i]?.from ?? "tenure"));
  const known = signals.filter((value) => !Number.isNaN(value)).length;
  return known >= COVERAGE_FLOOR * signals.length;
}

export function featureTable(rows: readonly (readonly number[])[]): FeatureTable {
  const width = CHURN_FEATURES.length;
  const values = new Float64Array(rows.length * width);
  for (const [row, numbers] of rows.entries()) values.set(numbers, row * width);
  return { features: CHURN_FEATURES.map(({ key }) => key), rows: rows.length, values };
}
