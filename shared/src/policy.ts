import type { AccountHealthView, Contribution, Reason } from "./api/account-health.ts";
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
 * sum says something, and so do the exact scores of the dimensions and a full list with one row left out. Where a
 * financial measure has a part in the score, agents therefore get the measures that stand out, and all others
 * (financial or not) as one row; and numbers of seats in general words.
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
  const contributions = view.dimensions.flatMap(({ dimension, label }) => {
    const own = view.contributions.filter((c) => c.dimension === dimension);
    const open = own.filter((c) => !isFinancial(c.measure));
    const hidden = own.filter((c) => isFinancial(c.measure) && c.measureScore !== null);
    return hidden.length === 0
      ? open
      : [
          ...open,
          lumped(hidden, dimension, `Other measures of ${label}`, "Shown only with the financial grant."),
        ];
  });
  return {
    ...view,
    contributions,
    reasons: view.reasons.filter((r) => !isFinancial(r.measure)),
    changes: view.changes && { ...view.changes, items: lumpedItems(view.changes.items) },
    churnRisk: openChurnRisk(view.churnRisk, new Map()),
  };
}

type ChangeItem = NonNullable<AccountHealthView["changes"]>["items"][number];

function lumpedItems(items: readonly ChangeItem[]): ChangeItem[] {
  const open = items.filter((item) => !isFinancial(item.measure));
  const hidden = items.filter((item) => isFinancial(item.measure));
  if (hidden.length === 0) return open;
  const points = hidden.reduce((sum, item) => sum + item.points, 0);
  return [
    ...open,
    { measure: "other", points, sentence: "Measures that are shown only with the financial grant." },
  ];
}

/** Everything in one group: which measures stand out, and the rest. */
const ALL = { dimension: "all", label: "What stands out" } as const;

function forAgents(view: AccountHealthView): AccountHealthView {
  const sentences = generalSentences(view.contributions);
  const hasHidden = view.contributions.some((c) => isFinancial(c.measure) && c.measureScore !== null);
  const reasons = openReasons(view);
  return {
    ...view,
    ...(hasHidden ? outstanding(view, reasons, sentences) : openRows(view, sentences)),
    reasons,
    changes: openChanges(view.changes, sentences),
    churnRisk: openChurnRisk(view.churnRisk, sentences),
  };
}

type Sentences = ReadonlyMap<string, string>;
type Explanation = Pick<AccountHealthView, "contributions" | "dimensions">;

function openRows({ contributions, dimensions }: AccountHealthView, sentences: Sentences): Explanation {
  return {
    dimensions,
    contributions: contributions.filter((c) => !isFinancial(c.measure)).map((c) => inGeneral(c, sentences)),
  };
}

function outstanding(view: AccountHealthView, reasons: readonly Reason[], sentences: Sentences): Explanation {
  const shown = new Set(reasons.map((reason) => reason.measure));
  const counting = view.contributions.filter((c) => c.measureScore !== null);
  const rest = counting.filter((c) => !shown.has(c.measure));
  const rows = counting
    .filter((c) => shown.has(c.measure))
    .map((c) => ({ ...inGeneral(c, sentences), ...{ dimension: ALL.dimension } }));
  const weight = 100;
  return {
    contributions: [...rows, lumped(rest, ALL.dimension, "All other measures", "Taken together.")],
    dimensions: [{ ...ALL, score: view.calculatedScore, weight, effectiveWeight: weight, state: "measured" }],
  };
}

const inGeneral = (c: Contribution, sentences: Sentences): Contribution => ({
  ...c,
  sentence: sentences.get(c.measure) ?? c.sentence,
});

/** A split from which one part is missing gives that part away. */
function openChanges(
  changes: AccountHealthView["changes"],
  sentences: Sentences,
): AccountHealthView["changes"] {
  if (changes === null || changes.items.some((item) => isFinancial(item.measure))) return null;
  const items = changes.items.map((item) =>
    revealsSeats(item.measure) ? { ...item, sentence: sentences.get(item.measure) ?? item.sentence } : item,
  );
  return { ...changes, items };
}

/** A feature has the name of its signal where it comes from one. */
function openChurnRisk(
  risk: AccountHealthView["churnRisk"],
  sentences: Sentences,
): AccountHealthView["churnRisk"] {
  const reasons = risk.reasons
    .filter((reason) => !isFinancial(reason.feature))
    .map((reason) => ({ ...reason, sentence: sentences.get(reason.feature) ?? reason.sentence }));
  const isCut = reasons.length < risk.reasons.length;
  // a sum with one part left out gives that part away, so then only some parts are shown
  return { ...risk, reasons: isCut ? reasons.slice(0, Math.floor(reasons.length / 2)) : reasons };
}
