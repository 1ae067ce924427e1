import type { AccountState } from "../../account-state.ts";
import type { SignalState } from "../../api/account-health.ts";
import type { SourcesSeen } from "../health-result.ts";
import type { EvidenceRef } from "./evidence.ts";
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
  "active_days",
  "last_seen",
  "milestones",
  "training",
  "resolution_time",
  "ticket_sentiment",
  "negative_feedback",
  "two_way_mail",
  "meetings",
  "csm_judgement",
  "sponsor",
  "champion_change",
  "contact_bounces",
  "renewal_prepared",
  "contract_status",
  "payment_risk",
  "goal_progress",
  "objectives_agreed",
  "executive_review",
] as const;
export type SignalKey = (typeof signalKeys)[number];
/** A signal of the tenant's own, defined by its scorecard. */
export type CustomSignalKey = `custom.${string}`;
/** What a measure of a scorecard can be named after. */
export type MeasureKey = SignalKey | CustomSignalKey;

const BUILT_IN: ReadonlySet<string> = new Set(signalKeys);
export const isSignalKey = (measure: string): measure is SignalKey => BUILT_IN.has(measure);
export const isCustomSignalKey = (measure: string): measure is CustomSignalKey =>
  measure.startsWith("custom.");

/** What kind of data a signal lives on; each has its own freshness limit. */
export type SourceKind = "crm" | "usage" | "tickets" | "nps" | "csat";

export interface SignalReading {
  signal: MeasureKey;
  state: SignalState;
  /** In the signal's unit; `null` unless measured or stale. */
  value: number | null;
  /** Plain English with the numbers, ready to show. */
  sentence: string;
  /** When the newest fact behind it became true; `null` where there is none. */
  observedAt: string | null;
  /** Records behind it, most telling first, at most three. */
  evidence: readonly EvidenceRef[];
}

/** What a signal is, in words; the definition page prints these. */
export interface SignalText {
  key: SignalKey;
  label: string;
  source: SourceKind;
  /** The time it looks at, and the time that it compares with. */
  window: string;
  unit: string;
  /** How many answers, records or values it takes, in words. */
  sampleSize: string;
  /** Who in the company that uses Bellwether answers for it. */
  owner: string;
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
    const { state, value, sentence, observedAt, evidence } = outcome(context);
    return { signal: text.key, state, value, sentence, observedAt, evidence };
  };
  return { ...text, readIn, read: (state, now, sources) => readIn(signalContext(state, now, sources)) };
}

export const measured = (
  freshness: SourceFreshness | null,
  value: number,
  sentence: string,
  observedAt: string | null,
  evidence: readonly EvidenceRef[] = [],
): Outcome => ({ state: freshness?.isStale ? "stale" : "measured", value, sentence, observedAt, evidence });

export const missing = (sentence: string): Outcome => ({
  state: "missing",
  value: null,
  sentence,
  observedAt: null,
  evidence: [],
});

export const notApplicable = (sentence: string): Outcome => ({
  state: "not_applicable",
  value: null,
  sentence,
  observedAt: null,
  evidence: [],
});
