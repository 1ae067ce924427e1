import type { SignalState } from "../../api/account-health.ts";

/** Names of the signals; a measure of a scorecard has the name of the signal that it normalises. */
export const signalKeys = [
  "login_frequency",
  "active_user_trend",
  "days_since_contact",
  "contacts_engaged",
  "champion",
  "next_activity",
  "seats_used",
  "features_activated",
  "depth_of_use",
  "onboarding",
  "nps",
  "csat",
  "ticket_rate",
  "ticket_trend",
  "urgent_open",
  "oldest_open_ticket",
  "reopen_rate",
  "first_reply",
  "open_expansion",
  "won_expansion",
  "seat_growth",
  "referrals",
  "reference",
] as const;
export type SignalKey = (typeof signalKeys)[number];

/** What kind of data a signal lives on; each has its own freshness limit. */
export type SourceKind = "crm" | "usage" | "tickets" | "nps" | "csat";

export interface SignalReading {
  signal: SignalKey;
  state: SignalState;
  /** In the signal's unit; `null` unless measured or stale. */
  value: number | null;
  /** Plain English with the numbers, ready to show. */
  sentence: string;
  /** When the newest fact behind it became true; `null` where there is none. */
  observedAt: string | null;
}
