import type { AccountHealthView, CorrectionEntry } from "@bellwether/shared";
import { type Phrase, translate } from "../translate.ts";

/** The form as it is being filled in; the days as they were typed. */
export interface CorrectionDraft {
  target: string;
  direction: CorrectionEntry["direction"];
  reason: string;
  evidence: string;
  days: string;
}
export type DraftTrouble = Partial<Record<"reason" | "evidence" | "days", Phrase>>;

/** Bounds that the server holds everybody to; said here too, so that nobody hears of them afterwards. */
export const LONGEST_DAYS = 365;
const SHORTEST_REASON = 3;
const LONGEST_TEXT = 2_000;
const USUAL_DAYS = "30";

export const emptyDraft = (view: AccountHealthView): CorrectionDraft => ({
  target: correctionTargets(view)[0]?.target ?? "segment",
  direction: "too_low",
  reason: "",
  evidence: "",
  days: USUAL_DAYS,
});

/** What an agent can object to: what is on show, and has a value. */
export function correctionTargets(view: AccountHealthView): { target: string; label: string }[] {
  const measures = view.contributions
    .filter(({ measure, state }) => measure !== "other" && state !== "not_applicable")
    .map(({ measure, label }) => ({ target: measure, label }));
  return [
    ...(view.healthScore === null ? [] : [{ target: "score", label: translate("target_score") }]),
    ...(view.churnRisk.probability === null
      ? []
      : [{ target: "churn_risk", label: translate("target_churn_risk") }]),
    { target: "segment", label: translate("target_segment") },
    ...measures,
  ];
}

/** A segment is another one, not higher or lower. */
export const hasDirection = ({ target }: CorrectionDraft): boolean => target !== "segment";

/** What is wrong with a draft, by field; empty = it can be sent. */
export function troubleOf({ reason, evidence, days }: CorrectionDraft): DraftTrouble {
  const trouble: DraftTrouble = {};
  if (reason.trim().length < SHORTEST_REASON) trouble.reason = "reason_missing";
  if (reason.trim().length > LONGEST_TEXT) trouble.reason = "text_too_long";
  if (evidence.trim().length > LONGEST_TEXT) trouble.evidence = "text_too_long";
  const held = Number(days);
  if (!Number.isInteger(held) || held < 1 || held > LONGEST_DAYS) trouble.days = "days_wrong";
  return trouble;
}

/** What is sent. */
export function entryOf(draft: CorrectionDraft): CorrectionEntry {
  const evidence = draft.evidence.trim();
  return {
    target: draft.target,
    direction: hasDirection(draft) ? draft.direction : "wrong",
    reason: draft.reason.trim(),
    evidence: evidence === "" ? null : evidence,
    expiresInDays: Number(draft.days),
    override: null,
  };
}
