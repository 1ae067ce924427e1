import type { Contribution } from "../api/account-health.ts";
import { isFinancial, revealsSeats } from "../open-explanation.ts";
import { explainChange } from "../scoring/explain.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { decimal } from "../scoring/words.ts";

/**
 * Why two versions see the same customer differently, in one sentence: the cap that only one of them has, else the
 * measure that moves most, else the lines. Everybody on the team reads it, so it tells no number of a financial
 * measure, and of those that tell of seats no more than their points.
 */
export function mainReason(before: HealthResult, after: HealthResult): string {
  return capReason(before, after) ?? scoreReason(before, after) ?? measureReason(before, after) ?? LINES;
}

const LINES = "The score is the same; where its bands begin, or how fast they change, is not.";

function capReason(before: HealthResult, after: HealthResult): string | null {
  const [was, is] = [before.caps[0], after.caps[0]];
  if (was?.cap === is?.cap && was?.limit === is?.limit) return null;
  if (is !== undefined && is.limit < (was?.limit ?? Number.POSITIVE_INFINITY)) return is.sentence;
  return was === undefined ? null : `This no longer holds the score down: ${was.sentence}`;
}

function scoreReason(before: HealthResult, after: HealthResult): string | null {
  if (before.calculatedScore !== null && after.calculatedScore === null)
    return "Too little of what this version weighs is known about this customer.";
  if (before.calculatedScore === null && after.calculatedScore !== null)
    return "Enough of what this version weighs is known about this customer.";
  return null;
}

function measureReason(before: HealthResult, after: HealthResult): string | null {
  const [largest] = explainChange(before, after).items;
  if (largest === undefined) return null;
  const was = before.contributions.find((c) => c.measure === largest.measure);
  const is = after.contributions.find((c) => c.measure === largest.measure);
  const label = (is ?? was)?.label ?? largest.measure;
  if (isFinancial(largest.measure)) return `${label} counts differently.`;
  const now = partOf(is);
  const then = partOf(was);
  if (was === undefined || then === null) return `${label} counts now: ${now ?? "nothing is known of it"}.`;
  if (is === undefined || now === null) return `${label} no longer counts. Before: ${then}.`;
  const fact = revealsSeats(largest.measure) ? "" : ` ${is.sentence}`;
  return `${label}: ${now}. Before: ${then}.${fact}`;
}

/** `null` = no part in the score. */
const partOf = (c: Contribution | undefined): string | null =>
  c === undefined || c.measureScore === null
    ? null
    : `${decimal(c.points)} of ${decimal(c.maxPoints)} points`;
