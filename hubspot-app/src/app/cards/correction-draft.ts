import type { AccountHealthView, Band, CorrectionEntry } from "@bellwether/shared";

/** The form as it is being filled in. */
export interface CorrectionDraft {
  target: string;
  direction: CorrectionEntry["direction"];
  reason: string;
  evidence: string;
  days: number;
  override: "none" | "band" | "points";
  band: Band;
  points: number;
}
export type DraftField = keyof CorrectionDraft;
export type DraftTrouble = Partial<Record<DraftField, string>>;

/** Bounds that the server holds everybody to; said here too, so that nobody hears of them afterwards. */
export const LONGEST_DAYS = 365;
export const OVERRIDE_DAYS = 30;
export const OVERRIDE_POINTS = 15;
const SHORTEST_REASON = 3;
export const LONGEST_TEXT = 2_000;

export const EMPTY_DRAFT: CorrectionDraft = {
  target: "score",
  direction: "too_low",
  reason: "",
  evidence: "",
  days: OVERRIDE_DAYS,
  override: "none",
  band: "green",
  points: 5,
};

/** What a person can object to: what is on show, and has a value. */
export function correctionTargets(view: AccountHealthView): { value: string; label: string }[] {
  const measures = view.contributions
    .filter(({ measure, state }) => measure !== "other" && state !== "not_applicable")
    .map(({ measure, label }) => ({ value: measure, label }));
  return [
    ...(view.healthScore === null ? [] : [{ value: "score", label: "Health score" }]),
    ...(view.churnRisk.probability === null ? [] : [{ value: "churn_risk", label: "Churn risk" }]),
    { value: "segment", label: "Segment" },
    ...measures,
  ];
}

/** A segment is another one, not higher or lower. */
export const hasDirection = ({ target }: CorrectionDraft): boolean => target !== "segment";

/** Only the score as a whole can be set by a person, and only of a customer. */
export const mayOverride = (view: AccountHealthView, { target }: CorrectionDraft): boolean =>
  view.may.override && view.lost === null && target === "score";

/** What is wrong with a draft, by field and in words; empty = it can be sent. */
export function troubleOf(draft: CorrectionDraft, canOverride: boolean): DraftTrouble {
  const { reason, evidence, days, override, points, direction } = draft;
  const trouble: DraftTrouble = {};
  if (reason.trim().length < SHORTEST_REASON) trouble.reason = "Say in a few words what is wrong.";
  if (reason.trim().length > LONGEST_TEXT) trouble.reason = `Say it in ${LONGEST_TEXT} characters at most.`;
  if (evidence.trim().length > LONGEST_TEXT) trouble.evidence = `Use ${LONGEST_TEXT} characters at most.`;
  const isSet = canOverride && override !== "none";
  const longest = isSet ? OVERRIDE_DAYS : LONGEST_DAYS;
  if (!Number.isInteger(days) || days < 1 || days > longest)
    trouble.days = isSet
      ? `A score that a person sets holds for 1 to ${OVERRIDE_DAYS} days.`
      : `Choose 1 to ${LONGEST_DAYS} whole days.`;
  if (isSet && override === "points") {
    const pointsTrouble = troubleOfPoints(points, direction);
    if (pointsTrouble !== null) trouble.points = pointsTrouble;
  }
  return trouble;
}

function troubleOfPoints(points: number, direction: CorrectionDraft["direction"]): string | null {
  if (!Number.isFinite(points) || points === 0 || Math.abs(points) > OVERRIDE_POINTS)
    return `Choose 1 to ${OVERRIDE_POINTS} points, or −${OVERRIDE_POINTS} to −1 to take some away.`;
  if (direction === "too_high" && points > 0)
    return "You say that the score is too high; points to add would raise it.";
  if (direction === "too_low" && points < 0)
    return "You say that the score is too low; points to take away would lower it.";
  return null;
}

/** What is sent. */
export function entryOf(draft: CorrectionDraft, canOverride: boolean): CorrectionEntry {
  const evidence = draft.evidence.trim();
  return {
    target: draft.target,
    direction: hasDirection(draft) ? draft.direction : "wrong",
    reason: draft.reason.trim(),
    evidence: evidence === "" ? null : evidence,
    expiresInDays: draft.days,
    override: canOverride ? overrideOf(draft) : null,
  };
}

function overrideOf({ override, band, points }: CorrectionDraft): CorrectionEntry["override"] {
  if (override === "band") return { kind: "band", band };
  return override === "points" ? { kind: "points", points } : null;
}
