import { compareText } from "../canonical-json.ts";
import { DAY_MS } from "../units.ts";
import { type Outcome, type OutcomeReason, outcomeSources } from "./outcome.ts";

/** Two sources that speak of one contract's end within this time and differ: the more trusted one is believed. */
const SAME_END_MS = 30 * DAY_MS;

/** From the loss until the customer came back; `until` = `null`: still lost. */
export interface Loss {
  at: Date;
  until: Date | null;
  reason: OutcomeReason | null;
}

/** An outcome as far as the history needs it. */
export type Told = Pick<Outcome, "kind" | "at" | "source"> & Partial<Pick<Outcome, "sourceKey" | "reason">>;

const rank = ({ source }: Pick<Outcome, "source">): number => outcomeSources.indexOf(source);

/** An expansion is no word about a contract's end. */
const isVerdict = ({ kind }: Pick<Outcome, "kind">): boolean => kind !== "expanded";

/**
 * The outcomes that count, oldest first: where two sources speak of the same end (at most 30 days apart), only the
 * more trusted one (person, event, property, deal, lifecycle stage, in this order). The order given does not matter.
 */
export function settledOutcomes<T extends Told>(outcomes: readonly T[]): T[] {
  const isOverruled = (one: T): boolean =>
    isVerdict(one) &&
    outcomes.some(
      (other) =>
        isVerdict(other) &&
        rank(other) > rank(one) &&
        Math.abs(other.at.getTime() - one.at.getTime()) <= SAME_END_MS,
    );
  return outcomes.filter((outcome) => !isOverruled(outcome)).toSorted(inOrder);
}

const inOrder = (a: Told, b: Told): number =>
  a.at.getTime() - b.at.getTime() ||
  rank(a) - rank(b) ||
  compareText(a.kind, b.kind) ||
  compareText(a.sourceKey ?? "", b.sourceKey ?? "");

/**
 * The account's losses, oldest first. Losses told several times without a return in between are one, dated by the
 * most trusted source, and by the newest of that: the last contract to end. A renewal, an expansion or a smaller contract after a loss is a return.
 */
export function lossesOf(outcomes: readonly Told[]): Loss[] {
  const losses: Loss[] = [];
  let told: Told[] = [];
  const close = (until: Date | null): void => {
    const best = told.toSorted((a, b) => rank(b) - rank(a) || inOrder(b, a))[0];
    if (best === undefined) return;
    const reason = best.reason ?? told.find((outcome) => outcome.reason)?.reason ?? null;
    losses.push({ at: best.at, until, reason });
    told = [];
  };
  for (const outcome of settledOutcomes(outcomes)) {
    if (outcome.kind === "churned") told.push(outcome);
    else close(outcome.at);
  }
  close(null);
  return losses;
}
