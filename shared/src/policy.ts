import type { AccountHealthView, Contribution } from "./api/account-health.ts";
import { type Grants, maySeeFinancial, NEEDS_GRANT } from "./grants.ts";
import {
  financialIn,
  generalFlag,
  generalSentences,
  lumped,
  openReasons,
  revealsSeats,
} from "./open-explanation.ts";
import { openCorrections, openOverride } from "./policy-of-corrections.ts";
import type { Role } from "./roles.ts";

/** What explains a score, in a view or in a stored result. */
export type Explained = Pick<AccountHealthView, "contributions" | "reasons" | "calculatedScore">;

/**
 * Which measures a reader may be told of one by one. Everything that tells of a measure asks this: rows, reasons,
 * changes, counterfactuals, explanations of a period.
 *
 * A team member without the grant is told of all but the measures of deals and of seats bought. To an agent even the
 * sum of those says something: with all other measures known, it is what the score leaves over. Where a financial
 * measure has a part in the score, agents therefore get the measures that stand out alone.
 * @param moved measures in what is shown beside it, e.g. those that changed
 */
export function openMeasures(
  explained: Explained,
  role: Role,
  grants: Grants,
  moved: readonly string[] = [],
): (measure: string) => boolean {
  if (maySeeFinancial(role, grants)) return () => true;
  const isFinancial = financialIn(explained.contributions);
  if (role !== "agent" || !hasHidden(explained, moved)) return (measure) => !isFinancial(measure);
  const shown = new Set(openReasons(explained, true).map((reason) => reason.measure));
  return (measure) => shown.has(measure);
}

function hasHidden({ contributions, calculatedScore }: Explained, moved: readonly string[]): boolean {
  const isFinancial = financialIn(contributions);
  const counts = contributions.some((c) => isFinancial(c.measure) && c.measureScore !== null);
  return moved.some(isFinancial) || (calculatedScore !== null && counts);
}

/** Whether a step towards a better score may name the measure: to agents none that numbers of seats follow from. */
export function openSteps(explained: Explained, role: Role, grants: Grants): (measure: string) => boolean {
  const isOpen = openMeasures(explained, role, grants);
  return (measure) => isOpen(measure) && !(role === "agent" && revealsSeats(measure));
}

/**
 * Takes out of a view what the reader may not see. No amount of money is ever in a view; what is hidden without
 * the grant are the measures of deals and of seats bought (`openMeasures`), with their evidence and with what people
 * wrote about them. What is hidden stands as one row, so that the points still add up; for agents together with
 * whatever does not stand out, and the numbers of seats in general words.
 */
export function applyPolicy(view: AccountHealthView, role: Role, grants: Grants): AccountHealthView {
  if (maySeeFinancial(role, grants)) return { ...view, role };
  const moved = view.changes?.items.map((item) => item.measure) ?? [];
  const isOpen = openMeasures(view, role, grants, moved);
  const isStep = openSteps(view, role, grants);
  const isFinancial = financialIn(view.contributions);
  const isMeasure = (name: string): boolean =>
    isFinancial(name) || view.contributions.some((c) => c.measure === name);
  const open: AccountHealthView = {
    ...view,
    role,
    missing: view.missing.filter((m) => !isFinancial(m.measure)),
    contributions: view.contributions.map(withoutDeals),
    churnRisk: {
      ...view.churnRisk,
      // a feature has the name of its signal where it comes from one
      reasons: view.churnRisk.reasons.filter((r) => isOpen(r.feature) || !isMeasure(r.feature)),
    },
    counterfactual: openCounterfactual(view, (name) => isStep(name) || !isMeasure(name)),
    corrections: openCorrections(view.corrections, view.contributions, role, grants),
    override: openOverride(view, isFinancial),
  };
  return role === "agent" ? forAgents(open, isOpen, moved) : forTeam(open, isOpen);
}

/** Deals are financial, whichever measure they stand behind. */
export const withoutDeals = <T extends Pick<Contribution, "evidence">>(row: T): T => ({
  ...row,
  evidence: row.evidence.filter(({ ref }) => ref.split(":")[1] !== "deal"),
});

function openCounterfactual(
  { counterfactual }: AccountHealthView,
  isStep: (measure: string) => boolean,
): AccountHealthView["counterfactual"] {
  if (counterfactual === null) return null;
  const options = counterfactual.options.filter(({ steps }) => steps.every((step) => isStep(step.measure)));
  return options.length === 0 && counterfactual.options.length > 0 ? null : { ...counterfactual, options };
}

function forTeam(view: AccountHealthView, isOpen: (measure: string) => boolean): AccountHealthView {
  const contributions = view.dimensions.flatMap(({ dimension, label }) => {
    const own = view.contributions.filter((c) => c.dimension === dimension);
    const hidden = own.filter((c) => !isOpen(c.measure) && c.measureScore !== null);
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
  };
}

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
export const REST = {
  label: "All other measures",
  sentence: "All other measures, taken together.",
} as const;

function forAgents(
  view: AccountHealthView,
  isOpen: (measure: string) => boolean,
  moved: readonly string[],
): AccountHealthView {
  const isHidden = hasHidden(view, moved);
  const general = inGeneral(view);
  const reasons = openReasons(view, isHidden);
  const changes = general.changes && {
    ...general.changes,
    items: lumpedItems(general.changes.items, isOpen, REST.sentence),
  };
  if (isHidden && view.calculatedScore !== null) return { ...outstanding(general, isOpen), reasons, changes };
  const contributions = general.contributions.filter((c) => isOpen(c.measure));
  return { ...general, reasons, changes, contributions };
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
function outstanding(view: AccountHealthView, isOpen: (measure: string) => boolean): AccountHealthView {
  const counting = view.contributions.filter((c) => c.measureScore !== null);
  const rows = counting.filter((c) => isOpen(c.measure)).map((c) => ({ ...c, dimension: ALL.dimension }));
  const rest = counting.filter((c) => !isOpen(c.measure));
  const weight = 100;
  return {
    ...view,
    contributions: [...rows, lumped(rest, ALL.dimension, REST.label, REST.sentence)],
    dimensions: [{ ...ALL, score: view.calculatedScore, weight, effectiveWeight: weight, state: "measured" }],
    redFlags: view.redFlags.map(generalFlag),
  };
}
