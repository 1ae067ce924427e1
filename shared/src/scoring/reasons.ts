import type { Contribution, Reason } from "../api/account-health.ts";
import type { Cap } from "./caps.ts";
import type { HealthResult } from "./health-result.ts";
import type { Scorecard } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { type MeasureText, measureTextOf } from "./signals/measure-text.ts";
import { isCustomSignalKey, isSignalKey } from "./signals/signal.ts";

/** As many as are worth reading. */
const MOST_REASONS = 8;
/** A measure's middle: below it hurts, above it helps. */
const MIDDLE = 50;
/** What hurts badly comes before what helps: it is what somebody can act on. Small losses stay behind. */
const LOSS_FACTOR = 4;

/**
 * Why the score is what it is, most important first: by how far a measure pulls the score from the middle. What
 * helps is shown with the points that it brings, what hurts with those that it costs against its best.
 */
export function reasonsFor(contributions: readonly Contribution[]): Reason[] {
  return contributions
    .flatMap((c) =>
      c.measureScore === null || c.maxPoints === 0 ? [] : [{ c, pull: pullOf(c, c.measureScore) }],
    )
    .filter(({ pull }) => pull > 0)
    .sort((a, b) => b.pull - a.pull)
    .slice(0, MOST_REASONS)
    .map(({ c }) => reasonOf(c));
}

const pullOf = ({ maxPoints }: Contribution, score: number): number =>
  score < MIDDLE ? (MIDDLE - score) * maxPoints * LOSS_FACTOR : (score - MIDDLE) * maxPoints;

function reasonOf(c: Contribution): Reason {
  const hurts = (c.measureScore ?? 0) < MIDDLE;
  return {
    sentence: c.sentence,
    points: hurts ? c.points - c.maxPoints : c.points,
    direction: hurts ? "hurts" : "helps",
    measure: c.measure,
  };
}

/** Measures of the account that have no data, the heaviest first, and how to get it. */
export function missingMeasures(
  contributions: readonly Contribution[],
  weights: ReadonlyMap<string, number>,
  isCrmConnected: boolean,
  { customSignals }: Pick<Scorecard, "customSignals"> = { customSignals: [] },
): HealthResult["missing"] {
  return contributions
    .filter((c) => c.state === "missing")
    .toSorted((a, b) => (weights.get(b.measure) ?? 0) - (weights.get(a.measure) ?? 0))
    .flatMap(({ measure, label }) =>
      isSignalKey(measure) || isCustomSignalKey(measure)
        ? [{ measure, label, remedy: remedyOf(measureTextOf(customSignals, measure), isCrmConnected) }]
        : [],
    );
}

function remedyOf({ source, remedy }: MeasureText, isCrmConnected: boolean): string {
  const needsCrm = source === "crm" || source === "usage";
  return needsCrm && !isCrmConnected ? `Connect HubSpot. ${remedy}` : remedy;
}

const CAP_STEPS: Readonly<Record<string, string>> = {
  urgent_ticket: "Get the urgent ticket solved today, and tell the customer when to expect it.",
  notice_of_non_renewal:
    "Call the sponsor about the notice of non-renewal, and ask what would have to change.",
  low_csat: "Call the people who gave bad ratings, and settle what went wrong.",
};
/** Points below which a shortfall is not worth a call. */
const SMALL_SHORTFALL = 1;

/**
 * One sentence: what to do now. A cap first, then the measure that costs most and that a person can change.
 * Never speaks of deals: an expansion is no cure, and not everyone who reads it may see them.
 */
export function nextStepFor(
  caps: readonly Cap[],
  contributions: readonly Contribution[],
  missing: HealthResult["missing"],
  hasScore: boolean,
): string {
  const capStep = caps.map((cap) => CAP_STEPS[cap.cap]).find((step) => step !== undefined);
  if (capStep !== undefined) return capStep;
  // the name of a financial signal of the tenant's own is not for everyone
  const hidden = new Set(contributions.filter((c) => c.isFinancial === true).map((c) => c.measure));
  const gap = missing.find(({ measure }) => !hidden.has(measure));
  if (!hasScore && gap !== undefined) return gap.remedy;
  const [worst] = contributions
    .flatMap((c) => {
      const signal = isSignalKey(c.measure) ? SIGNALS[c.measure] : null;
      const shortfall = c.maxPoints - c.points;
      const isOpen =
        signal !== null && signal.advice !== null && !signal.isFinancial && c.measureScore !== null;
      return isOpen && shortfall >= SMALL_SHORTFALL
        ? [{ advice: signal.advice, shortfall, sentence: c.sentence }]
        : [];
    })
    .sort((a, b) => b.shortfall - a.shortfall);
  if (worst !== undefined) return worst.advice ?? worst.sentence;
  return "Nothing is pressing: keep the next activity with the customer as planned.";
}
