import type { AccountHealthView, Reason } from "./api/account-health.ts";
import { generalSentences, isFinancial, lumped, openReasons, revealsSeats } from "./open-explanation.ts";
import type { Role } from "./roles.ts";

export interface Grants {
  /** Explicit grant for financial fields. */
  financial: boolean;
}

/** Agents never see financial fields, whatever they were granted. */
export const maySeeFinancial = (role: Role, { financial }: Grants): boolean => financial && role !== "agent";

/**
 * Takes out of a view what the reader may not see. No amount of money is ever in a view; what is hidden without
 * the grant are the measures of deals and of seats bought.
 *
 * A team member without the grant gets them as one row, so that the points still add up. To an agent even that
 * sum says something: with all other measures known, or worked out from what is told of them, it is what the score
 * leaves over. Where a financial measure has a part in the score, agents therefore get the measures that stand out,
 * and all others (financial or not) as one row, here and in what changed and in the reasons of the churn risk. The
 * numbers of seats are put in general words.
 */
export function applyPolicy(view: AccountHealthView, role: Role, grants: Grants): AccountHealthView {
  if (maySeeFinancial(role, grants)) return { ...view, role };
  const open: AccountHealthView = {
    ...view,
    role,
    missing: view.missing.filter((m) => !isFinancial(m.measure)),
  };
  return role === "agent" ? forAgents(open) : forTeam(open);
}

function forTeam(view: AccountHealthView): AccountHealthView {
  const isOpen = (measure: string): boolean => !isFinancial(measure);
  const contributions = view.dimensions.flatMap(({ dimension, label }) => {
    const own = view.contributions.filter((c) => c.dimension === dimension);
    const hidden = own.filter((c) => isFinancial(c.measure) && c.measureScore !== null);
    const open = own.filter((c) => isOpen(c.measure));
    return hidden.length === 0
      ? open
      : [...open, lumped(hidden, dimension, `Other measures of ${label}`, NEEDS_GRANT)];
  });
  return {
    ...view,
    contributions,
    reasons: view.reasons.filter((r) => isOpen(r.measure)),
    changes: view.changes && { ...view.changes, items: lumpedItems(view.changes.items, isOpen, NEEDS_GRANT) },
    churnRisk: {
      ...view.churnRisk,
      reasons: view.churnRisk.reasons.filter((r) => isOpen(r.feature)),
    },
  };
}

const NEEDS_GRANT = "Shown only with the financial grant.";

type ChangeItem = NonNullable<AccountHealthView["changes"]>["items"][number];

/** The items that may be shown, and all others as one, so that the points still add up. */
function lumpedItems(
  items: readonly ChangeItem[],
  isOpen: (measure: string) => boolean,
  sentence: string,
): ChangeItem[] {
  const open = items.filter((item) => isOpen(item.measure));
  const hidden = items.filter((item) => !isOpen(item.measure));
  if (hidden.length === 0) return open;
  return [
    ...open,
    { measure: "other", points: hidden.reduce((sum, item) => sum + item.points, 0), sentence },
  ];
}

/** Everything in one group: which measures stand out, and the rest. */
const ALL = { dimension: "all", label: "What stands out" } as const;
const REST = { label: "All other measures", sentence: "All other measures, taken together." } as const;

function forAgents(view: AccountHealthView): AccountHealthView {
  const general = inGeneral(view);
  const reasons = openReasons(view);
  const hasHidden = view.contributions.some((c) => isFinancial(c.measure) && c.measureScore !== null);
  if (hasHidden && view.calculatedScore !== null) return outstanding(general, reasons);
  return { ...general, reasons, contributions: general.contributions.filter((c) => !isFinancial(c.measure)) };
}

/** The number of seats put in general words, wherever it is told. */
function inGeneral(view: AccountHealthView): AccountHealthView {
  const sentences = generalSentences(view.contributions);
  const sentenceOf = (measure: string, sentence: string): string => sentences.get(measure) ?? sentence;
  const items = view.changes?.items.map((item) => ({
    ...item,
    sentence: revealsSeats(item.measure) ? (sentences.get(item.measure) ?? REST.sentence) : item.sentence,
  }));
  return {
    ...view,
    contributions: view.contributions.map((c) => ({ ...c, sentence: sentenceOf(c.measure, c.sentence) })),
    changes: view.changes && { ...view.changes, items: items ?? [] },
    churnRisk: {
      ...view.churnRisk,
      reasons: view.churnRisk.reasons.map((r) => ({ ...r, sentence: sentenceOf(r.feature, r.sentence) })),
    },
  };
}

/** Only what stands out is told apart; whatever else could be known of a measure is left out with it. */
function outstanding(view: AccountHealthView, reasons: Reason[]): AccountHealthView {
  const shown = new Set(reasons.map((reason) => reason.measure));
  const counting = view.contributions.filter((c) => c.measureScore !== null);
  const rows = counting.filter((c) => shown.has(c.measure)).map((c) => ({ ...c, dimension: ALL.dimension }));
  const rest = counting.filter((c) => !shown.has(c.measure));
  const weight = 100;
  return {
    ...view,
    reasons,
    contributions: [...rows, lumped(rest, ALL.dimension, REST.label, REST.sentence)],
    dimensions: [{ ...ALL, score: view.calculatedScore, weight, effectiveWeight: weight, state: "measured" }],
    changes: view.changes && {
      ...view.changes,
      items: lumpedItems(view.changes.items, (m) => shown.has(m), REST.sentence),
    },
    // a feature has the name of its signal where it comes from one
    churnRisk: {
      ...view.churnRisk,
      reasons: view.churnRisk.reasons.filter((r) => shown.has(r.feature) || !isMeasure(view, r.feature)),
    },
  };
}

const isMeasure = (view: AccountHealthView, name: string): boolean =>
  isFinancial(name) || view.contributions.some((c) => c.measure === name);
