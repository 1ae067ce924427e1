import type { AccountHealthView, CorrectionView } from "../api/account-health.ts";
import type { Role } from "../roles.ts";
import { SIGNALS } from "../scoring/signals/catalogue.ts";
import type { CorrectionEntry } from "./correction.ts";

/** A correction as it is kept, with what its view needs. Dates are ISO 8601. */
export interface KeptCorrection
  extends Pick<CorrectionEntry, "target" | "direction" | "reason" | "evidence"> {
  id: string;
  author: string;
  authorName: string;
  createdAt: string;
  expiresAt: string;
  withdrawnAt: string | null;
}

/** Who reads, or writes. */
export interface CorrectionActor {
  id: string;
  role: Role;
}

/** A band or points for the whole account is a decision of the team; everybody may disagree. */
export const mayOverride = (role: Role): boolean => role !== "agent";

/** The team may take back any, whoever answers for the account now; agents their own. */
export const mayWithdraw = (actor: CorrectionActor, { author }: Pick<KeptCorrection, "author">): boolean =>
  actor.role !== "agent" || author === actor.id;

/** What can be disagreed with, besides the measures. */
const WHOLES: Readonly<Record<string, string>> = {
  score: "Health score",
  churn_risk: "Churn risk",
  segment: "Segment",
};

/** Everything that a reader of this view can correct: key → label. */
export const correctionTargets = ({
  contributions,
}: Pick<AccountHealthView, "contributions">): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(WHOLES),
    ...contributions.filter((c) => c.measure !== "other").map((c) => [c.measure, c.label] as const),
  ]);

/** What a target is called; of an unknown one its key. @param labels of the measures that an account has */
export function targetLabel(target: string, labels: ReadonlyMap<string, string>): string {
  const known = labels.get(target) ?? (Object.hasOwn(WHOLES, target) ? WHOLES[target] : undefined);
  if (known !== undefined) return known;
  return Object.hasOwn(SIGNALS, target) ? SIGNALS[target as keyof typeof SIGNALS].label : target;
}

/** @param labels of the measures that the account has */
export const correctionView = (
  correction: KeptCorrection,
  labels: ReadonlyMap<string, string>,
  reader: CorrectionActor,
): CorrectionView => ({
  id: correction.id,
  target: correction.target,
  targetLabel: targetLabel(correction.target, labels),
  direction: correction.direction,
  reason: correction.reason,
  evidence: correction.evidence,
  by: correction.authorName,
  at: correction.createdAt,
  expiresAt: correction.expiresAt,
  canWithdraw: mayWithdraw(reader, correction),
});

/** Those in force, newest first. */
export function correctionViews(
  corrections: readonly KeptCorrection[],
  labels: ReadonlyMap<string, string>,
  reader: CorrectionActor,
  now: Date,
): CorrectionView[] {
  const at = now.toISOString();
  return corrections
    .filter((c) => c.withdrawnAt === null && c.createdAt <= at && c.expiresAt > at)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
    .map((c) => correctionView(c, labels, reader));
}
