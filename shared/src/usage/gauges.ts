import type { Observation } from "../observation.ts";

/** Windows of the gauges, today included. */
export const USAGE_WINDOW_DAYS = 30;
/** Days whose counts are kept: three windows, for looking back. */
export const USAGE_KEPT_DAYS = 90;

/** What the ledger is told of a group, counted over 30 days. */
export const groupGauges = ["activeUsers", "activeDays", "logins", "featuresActivated"] as const;
export type GroupGauges = Record<(typeof groupGauges)[number], number>;

/** Observations of what changed; nothing for what rests. */
export const gaugeObservations = (
  subject: string,
  before: GroupGauges | null,
  after: GroupGauges,
  at: string,
): Observation[] =>
  groupGauges
    .filter((key) => before?.[key] !== after[key])
    .map((key) => ({ kind: "usage", key, value: after[key], subject, source: "segment", at }));
