import type { RedFlag } from "../api/account-health.ts";
import { DAY_MS } from "../units.ts";
import type { SignalKey, SignalReading } from "./signals/signal.ts";
import type { Readings } from "./weigh-measures.ts";

/** One sign that raises a flag: a signal past a line. */
interface Sign {
  signal: SignalKey;
  /** Raised by values at or below, or at or above this, in the signal's unit. */
  limit: { atMost: number } | { atLeast: number };
  /** Where the line comes from. */
  source: string;
}

/** A warning sign with a name of its own, in words; the definition page prints these. */
export interface RedFlagRule {
  flag: RedFlag["flag"];
  label: string;
  /** The whole rule in plain language. */
  rule: string;
  /** For readers who may not know the numbers behind it. */
  general: string;
  /** Any of them raises the flag; the first that does gives the sentence. */
  signs: readonly Sign[];
}

const JUDGEMENT = "Expert judgement for business software, to be tested against own outcomes";
/** Source: the retention signals that HubSpot publishes call 60 days without contact a warning. */
const SILENT_DAYS = 60;

/** None of their signals tells deals, seats or invoices, so that everybody may see a flag. */
export const RED_FLAGS: readonly RedFlagRule[] = [
  {
    flag: "declining_usage",
    label: "Declining usage",
    rule: "At least 20% fewer active users than 30 days ago, or nobody used the product for 14 days.",
    general: "The product is used clearly less than before.",
    signs: [
      {
        signal: "active_user_trend",
        limit: { atMost: -0.2 },
        source: `${JUDGEMENT}: a fifth is more than holidays`,
      },
      { signal: "last_seen", limit: { atLeast: 14 }, source: `${JUDGEMENT}: two working weeks` },
    ],
  },
  {
    flag: "missed_milestones",
    label: "Missed milestones",
    rule: "Fewer milestones are reached than are due by now.",
    general: "A milestone that is due was not reached.",
    // shares below 1 by less than this cannot come from counts
    signs: [{ signal: "milestones", limit: { atMost: 0.999 }, source: "A milestone has a date" }],
  },
  {
    flag: "negative_feedback",
    label: "Negative feedback",
    rule: "At least 2 low NPS answers or bad ticket ratings in 90 days, or half of the tickets written by an unhappy customer.",
    general: "People at this customer said that they are unhappy.",
    signs: [
      { signal: "negative_feedback", limit: { atLeast: 2 }, source: `${JUDGEMENT}: one bad answer happens` },
      {
        signal: "ticket_sentiment",
        limit: { atLeast: 0.5 },
        source: `${JUDGEMENT}: half of at least 3 tickets`,
      },
    ],
  },
  {
    flag: "delayed_responses",
    label: "Delayed responses",
    rule: `First replies take 8 hours or more (median of 30 days), or there was no contact with the customer for ${SILENT_DAYS} days.`,
    general: "Answers take too long, from us or from the customer.",
    signs: [
      {
        signal: "first_reply",
        limit: { atLeast: 8 },
        source: "Four times the target of 2 hours",
      },
      {
        signal: "days_since_contact",
        limit: { atLeast: SILENT_DAYS },
        source: "HubSpot's own retention signals call 60 days without contact a warning",
      },
    ],
  },
  {
    flag: "champion_change",
    label: "Champion change",
    rule: "A champion left, or could no longer be reached, in the last 90 days, replaced or not.",
    general: "The champion at this customer changed.",
    signs: [
      { signal: "champion_change", limit: { atLeast: 1 }, source: `${JUDGEMENT}: an early sign of churn` },
    ],
  },
];

/** Flags that are up, in the catalogue's order. Neither missing nor stale data raises one. */
export const redFlagsOf = (readings: Readings): RedFlag[] =>
  RED_FLAGS.flatMap((rule) => {
    const sign = rule.signs.find((each) => isPast(each, readings.get(each.signal)));
    const reading = sign && readings.get(sign.signal);
    return sign && reading
      ? [{ flag: rule.flag, label: rule.label, sentence: reading.sentence, since: sinceOf(sign, reading) }]
      : [];
  });

function isPast({ limit }: Sign, reading: SignalReading | undefined): boolean {
  if (reading?.state !== "measured" || reading.value === null) return false;
  return isPastLimit(limit, reading.value);
}

export const isPastLimit = (limit: Sign["limit"], value: number): boolean =>
  "atMost" in limit ? value <= limit.atMost : value >= limit.atLeast;

/** Signals that count the days since something: for them the flag is up since the limit's day. */
const COUNTING_DAYS: ReadonlySet<SignalKey> = new Set(["last_seen", "days_since_contact"]);

/** When the fact behind it became true; for days that ran out, when they had run out. */
function sinceOf({ signal, limit }: Sign, { observedAt, value }: SignalReading): string | null {
  if (observedAt === null || value === null || !COUNTING_DAYS.has(signal) || !("atLeast" in limit))
    return observedAt;
  return new Date(Date.parse(observedAt) + limit.atLeast * DAY_MS).toISOString();
}
