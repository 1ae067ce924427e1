import type { AccountState } from "../../account-state.ts";
import type { SignalState } from "../../api/account-health.ts";
import type { SourcesSeen } from "../health-result.ts";
import { type SignalContext, type SourceFreshness, signalContext } from "./signal-context.ts";

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

/** What a signal is, in words; the definition page prints these. */
export interface SignalText {
  key: SignalKey;
  label: string;
  source: SourceKind;
  /** The time it looks at, and the time that it compares with. */
  window: string;
  unit: string;
  definition: string;
  formula: string;
  /** When it is missing or not applicable. */
  missingRule: string;
  /** What to connect or to fill in where it is missing. */
  remedy: string;
  /** Revenue, deals, or what they could be worked out from: needs an explicit grant. */
  isFinancial: boolean;
  /** Its sentence tells the number of licensed seats, from which revenue could be worked out. */
  revealsSeats: boolean;
  /** What would help when it is low; `null` = nothing that a person can do about it. */
  advice: string | null;
}

export interface SignalDefinition extends SignalText {
  read(state: AccountState, now: Date, sources: SourcesSeen): SignalReading;
  /** The same, with what all signals share worked out before. */
  readIn(context: SignalContext): SignalReading;
}

/** The outcome of a reader; the definition adds the signal's name. */
export type Outcome = Omit<SignalReading, "signal">;

export function defineSignal(
  text: SignalText,
  outcome: (context: SignalContext) => Outcome,
): SignalDefinition {
  const readIn = (context: SignalContext): SignalReading => {
    const { state, value, sentence, observedAt } = outcome(context);
    return { signal: text.key, state, value, sentence, observedAt };
  };
  return { ...text, readIn, read: (state, now, sources) => readIn(signalContext(state, now, sources)) };
}

export const measured = (
  freshness: SourceFreshness | null,
  value: number,
  sentence: string,
  observedAt: string | null,
): Outcome => ({ state: freshness?.isStale ? "stale" : "measured", value, sentence, observedAt });

export const missing = (sentence: string): Outcome => ({
  state: "missing",
  value: null,
  sentence,
  observedAt: null,
});

export const notApplicable = (sentence: string): Outcome => ({
  state: "not_applicable",
  value: null,
  sentence,
  observedAt: null,
});
