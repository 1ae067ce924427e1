import type { AccountHealthView, Contribution, Reason, RedFlag } from "./api/account-health.ts";
import { RED_FLAGS } from "./scoring/red-flags.ts";
import { SIGNALS } from "./scoring/signals/catalogue.ts";
import { isCustomSignalKey, signalKeys } from "./scoring/signals/signal.ts";

/** Measures of deals and of seats bought: shown only with the financial grant. */
export const FINANCIAL_MEASURES: ReadonlySet<string> = new Set(
  signalKeys.filter((key) => SIGNALS[key].isFinancial),
);
const SEAT_MEASURES: ReadonlySet<string> = new Set(signalKeys.filter((key) => SIGNALS[key].revealsSeats));

/** A signal of the tenant's own counts as financial wherever nobody can tell. */
export const isFinancial = (measure: string): boolean =>
  FINANCIAL_MEASURES.has(measure) || isCustomSignalKey(measure);

/** The same, where the contributions tell which of the tenant's own signals are open. */
export function financialIn(contributions: readonly Contribution[]): (measure: string) => boolean {
  const open = new Set(
    contributions
      .filter((c) => isCustomSignalKey(c.measure) && c.isFinancial === false)
      .map((c) => c.measure),
  );
  return (measure) => isFinancial(measure) && !open.has(measure);
}

/** Its sentence tells the number of seats, which revenue is often counted by. */
export const revealsSeats = (measure: string): boolean => SEAT_MEASURES.has(measure);

/** Sentences for those who may not know the number of seats, by measure. */
export function generalSentences(contributions: readonly Contribution[]): ReadonlyMap<string, string> {
  return new Map(
    contributions.flatMap(({ measure, label, measureScore }) =>
      revealsSeats(measure) && measureScore !== null
        ? [[measure, `${label}: ${Math.round(measureScore)} out of 100.`] as const]
        : [],
    ),
  );
}

/** As many reasons as are shown without the grant. */
const FEW = 5;

/**
 * The reasons that everybody may see: without financial measures, and where one of those has a part in the score
 * at most half of the others, so that what is hidden cannot be worked out as the difference to the score.
 * @param isHalf there is something to hide in what the reasons stand beside
 */
export function openReasons(
  { contributions, reasons }: Pick<AccountHealthView, "contributions" | "reasons">,
  isHalf = false,
): Reason[] {
  const isHidden = financialIn(contributions);
  const counting = contributions.filter((c) => c.measureScore !== null);
  const open = counting.filter((c) => !isHidden(c.measure)).length;
  const most = open === counting.length && !isHalf ? FEW : Math.min(FEW, Math.floor(open / 2));
  const sentences = generalSentences(contributions);
  return reasons
    .filter((reason) => !isHidden(reason.measure))
    .slice(0, most)
    .map((reason) => ({ ...reason, sentence: sentences.get(reason.measure) ?? reason.sentence }));
}

const GENERAL_FLAGS = new Map(RED_FLAGS.map(({ flag, general }) => [flag, general]));

/** That a flag is up, without the number and the day from which its measure could be worked out. */
export const generalFlag = (flag: RedFlag): RedFlag => ({
  ...flag,
  sentence: GENERAL_FLAGS.get(flag.flag) ?? `${flag.label}.`,
  since: null,
});

/** Several contributions as one. */
export function lumped(
  parts: readonly Contribution[],
  dimension: string,
  label: string,
  sentence: string,
): Contribution {
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  const maxPoints = parts.reduce((sum, part) => sum + part.maxPoints, 0);
  return {
    measure: "other",
    label,
    dimension,
    state: "measured",
    points,
    maxPoints,
    measureScore: maxPoints > 0 ? Math.min(100, (points / maxPoints) * 100) : null,
    sentence,
    observedAt: null,
    evidence: [],
  };
}
