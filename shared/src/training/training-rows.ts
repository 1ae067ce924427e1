import { emptyAccountState } from "../account-state.ts";
import { applyObservation } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { lossesOf } from "../outcomes/customer-history.ts";
import type { Outcome } from "../outcomes/outcome.ts";
import type { OutcomeSettings } from "../outcomes/outcome-settings.ts";
import type { SourcesSeen } from "../scoring/health-result.ts";
import { DAY_MS } from "../units.ts";
import { customerStart } from "./customer-start.ts";
import { churnFeatureValues, isInformative } from "./feature-values.ts";
import { referenceDates } from "./reference-dates.ts";

export interface TrainingAccount {
  accountId: string;
  createdAt: Date;
  /** In any order. */
  observations: readonly Observation[];
  /** Believed ones. */
  outcomes: readonly Outcome[];
}

export interface TrainingOptions {
  now: Date;
  settings: OutcomeSettings;
  ticketsFrom: SourcesSeen["ticketsFrom"];
}

/** One customer at one date, and whether it was lost within the horizon after it. */
export interface TrainingRow {
  accountId: string;
  /** ms since 1970. */
  at: number;
  /** As of `at`, in the order of `CHURN_FEATURES`; NaN = not known. */
  values: readonly number[];
  isLost: boolean;
}

/**
 * Everything that an account's history teaches. Features are what had become true by the date, whenever it arrived:
 * an observation carries the date of its fact, so a late arrival with an earlier date was true then, and one dated
 * later never counts. Dates before the account was a customer, while it was lost, or without any known signal are
 * left out. A smaller contract is no loss.
 */
export function trainingRows(account: TrainingAccount, options: TrainingOptions): TrainingRow[] {
  const { now, settings, ticketsFrom } = options;
  const start = customerStart(account.observations, account.createdAt, settings);
  if (start === null) return [];
  const horizonMs = settings.horizonDays * DAY_MS;
  const losses = lossesOf(account.outcomes.filter((outcome) => outcome.at <= now));
  const wasLostAt = (at: number): boolean =>
    losses.some((loss) => loss.at.getTime() <= at && (loss.until === null || at < loss.until.getTime()));
  const isLostAfter = (at: number): boolean =>
    losses.some(({ at: lost }) => lost.getTime() > at && lost.getTime() <= at + horizonMs);

  const ordered = account.observations.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const rows: TrainingRow[] = [];
  let [state, next] = [emptyAccountState(), 0];
  for (const at of referenceDates(account.accountId, now, settings.horizonDays)) {
    if (at < start.getTime() || wasLostAt(at)) continue;
    for (let o = ordered[next]; o !== undefined && Date.parse(o.at) <= at; o = ordered[++next])
      state = applyObservation(state, o);
    const values = churnFeatureValues(state, account.createdAt, new Date(at), ticketsFrom);
    if (isInformative(values))
      rows.push({ accountId: account.accountId, at, values, isLost: isLostAfter(at) });
  }
  return rows;
}
