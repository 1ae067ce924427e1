import { type CustomValue, type FieldsOf, outcomeReasonOf } from "@bellwether/shared";
import { flagOf, instantOf, numberOf, type Properties, textOf } from "./values.ts";
import type { FieldMap } from "./wanted-properties.ts";

type Facts = NonNullable<FieldsOf<"company">["facts"]>;

/** What only a mapped property can tell of a company; what cannot be read counts as not known. */
export function mappedFacts(properties: Properties, fieldMap: FieldMap): Facts {
  const mapped = (field: keyof FieldMap["own"]) => properties[fieldMap.own[field]];
  return {
    lastSeenAt: instantOf(mapped("lastSeenAt")),
    milestonesReached: countOf(mapped("milestonesReached")),
    milestonesDue: countOf(mapped("milestonesDue")),
    trainingCompleted: countOf(mapped("trainingCompleted")),
    goalProgress: countOf(mapped("goalProgress")),
    objectivesAgreed: flagOf(mapped("objectivesAgreed")),
    executiveReviewAt: instantOf(mapped("executiveReviewAt")),
    contractStatus: contractStatus(mapped("contractStatus")),
    paymentRisk: flagOf(mapped("paymentRisk")),
    judgement: judgement(mapped("judgement")),
    churnedAt: instantOf(mapped("churnedAt")),
    churnReason: churnReason(mapped("churnReason")),
  };
}

const churnReason = (value: Properties[string]): Facts["churnReason"] => {
  const text = textOf(value);
  return text === null ? null : outcomeReasonOf(text);
};

/** Fewer than none is a mistake in the portal, so it counts as not known. */
export function countOf(value: Properties[string]): number | null {
  const number = numberOf(value);
  return number !== null && number >= 0 ? number : null;
}

const CONTRACT_WORDS: Readonly<Record<string, Facts["contractStatus"]>> = {
  active: "active",
  live: "active",
  renewed: "active",
  signed: "active",
  paused: "paused",
  on_hold: "paused",
  suspended: "paused",
  ending: "ending",
  notice: "ending",
  notice_given: "ending",
  non_renewing: "ending",
  ended: "ended",
  expired: "ended",
  canceled: "ended",
  cancelled: "ended",
  terminated: "ended",
  churned: "ended",
};

/** "On hold" and `on_hold` are one word. */
const wordOf = (value: Properties[string]): string =>
  (textOf(value) ?? "").toLowerCase().replaceAll(/[\s-]+/g, "_");

/** A word that nobody knows says nothing; whether bills are paid is another field's business. */
const contractStatus = (value: Properties[string]): Facts["contractStatus"] =>
  CONTRACT_WORDS[wordOf(value)] ?? null;

const JUDGEMENTS: Readonly<Record<string, number>> = {
  green: 100,
  good: 100,
  positive: 100,
  healthy: 100,
  yellow: 50,
  neutral: 50,
  ok: 50,
  medium: 50,
  red: 0,
  bad: 0,
  poor: 0,
  negative: 0,
  at_risk: 0,
};

/** A word of a traffic light, or a number of 0–100. */
function judgement(value: Properties[string]): number | null {
  const number = numberOf(value);
  if (number !== null) return number >= 0 && number <= 100 ? number : null;
  return JUDGEMENTS[wordOf(value)] ?? null;
}

/** Longer texts are prose, which is no value of a signal and may name people. */
const MAX_CUSTOM_TEXT = 80;

/** A property that an admin mapped to a signal: a number, yes or no, or the name of a choice. */
export function customValueOf(value: Properties[string]): CustomValue {
  const text = textOf(value);
  if (text === null) return null;
  const number = numberOf(text);
  if (number !== null) return number;
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  return text.length <= MAX_CUSTOM_TEXT ? text : null;
}
