import type { OutcomeKind } from "../outcomes/outcome.ts";
import { DAY_MS } from "../units.ts";
import type { CorrectionEntry } from "./correction.ts";

/**
 * Who was right, by this rule. Someone who calls a score, a measure or the segment's score too high, or the churn risk
 * too low, expects worse; who says the opposite expects better; "wrong" expects nothing that time could show.
 *
 * 1. The first outcome within 180 days decides: a loss or a smaller contract is worse, a renewal or an expansion
 *    better.
 * 2. Without one, a score that was said to be too high or too low is held against the mean of the calculated scores
 *    30 to 90 days later: the person was right if it moved by 5 points or more to where they expected it, else the
 *    calculation was.
 * 3. Without either, a customer who is still there after 180 days is a good outcome.
 */
export const JUDGED_WITHIN_DAYS = 180;
export const LATER_FROM_DAYS = 30;
export const LATER_TO_DAYS = 90;
export const MOVED_POINTS = 5;

export interface JudgedCorrection extends Pick<CorrectionEntry, "target" | "direction"> {
  id: string;
  accountId: string;
  author: string;
  createdAt: Date;
  withdrawnAt: Date | null;
}

/** What became of the account of a correction. */
export interface Aftermath {
  /** Believed outcomes of the account, in any order. */
  outcomes: readonly { kind: OutcomeKind; at: Date }[];
  /** Calculated score when the correction was made, and its mean 30–90 days later; `null` = none. */
  scoreThen: number | null;
  scoreLater: number | null;
}

export const verdicts = ["person_right", "calculation_right", "too_early", "cannot_be_judged"] as const;
export type Verdict = (typeof verdicts)[number];

type Expected = "worse" | "better";

function expectationOf({
  target,
  direction,
}: Pick<JudgedCorrection, "target" | "direction">): Expected | null {
  if (direction === "wrong" || target === "segment") return null;
  const isHigh = direction === "too_high";
  // a high risk is what a low score is
  return isHigh !== (target === "churn_risk") ? "worse" : "better";
}

const isWorse = (kind: OutcomeKind): boolean => kind === "churned" || kind === "contracted";

/** Of one correction, as of `now`. */
export function verdictOn(correction: JudgedCorrection, after: Aftermath, now: Date): Verdict {
  const expected = expectationOf(correction);
  if (expected === null) return "cannot_be_judged";
  const made = correction.createdAt.getTime();
  const judge = (seen: Expected): Verdict => (seen === expected ? "person_right" : "calculation_right");
  const until = Math.min(now.getTime(), made + JUDGED_WITHIN_DAYS * DAY_MS);
  const [first] = after.outcomes
    .filter(({ at }) => at.getTime() > made && at.getTime() <= until)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  if (first !== undefined) return judge(isWorse(first.kind) ? "worse" : "better");
  const days = (now.getTime() - made) / DAY_MS;
  const { scoreThen, scoreLater } = after;
  if (
    correction.target !== "churn_risk" &&
    days >= LATER_TO_DAYS &&
    scoreThen !== null &&
    scoreLater !== null
  ) {
    const moved = scoreLater - scoreThen;
    const isAsExpected = expected === "worse" ? moved <= -MOVED_POINTS : moved >= MOVED_POINTS;
    return isAsExpected ? "person_right" : "calculation_right";
  }
  return days >= JUDGED_WITHIN_DAYS ? judge("better") : "too_early";
}

/**
 * The corrections that count in a report, oldest first: not those that were taken back, and of several that say the
 * same of the same number of the same account within 180 days only the first.
 */
export function countedCorrections<T extends JudgedCorrection>(corrections: readonly T[]): T[] {
  const last = new Map<string, number>();
  return corrections
    .filter((c) => c.withdrawnAt === null)
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
    .filter((c) => {
      const key = `${c.accountId} ${c.target} ${c.direction}`;
      const before = last.get(key);
      const at = c.createdAt.getTime();
      if (before !== undefined && at - before < JUDGED_WITHIN_DAYS * DAY_MS) return false;
      last.set(key, at);
      return true;
    });
}
