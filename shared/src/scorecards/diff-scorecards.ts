import { canonicalJson } from "../canonical-json.ts";
import type { Scorecard, ScorecardDimension } from "../scoring/scorecard.ts";
import { diffCustomSignals } from "./diff-custom-signals.ts";
import { diffMeasures } from "./diff-measures.ts";
import { RULES } from "./rules.ts";
import { exact } from "./scale-words.ts";

export const NO_DIFFERENCE = "The two say the same.";

/**
 * What `after` says otherwise than `before`, one sentence per difference, for people to read. The version's own name
 * is no difference. Empty = they say the same.
 */
export function diffScorecards(before: Scorecard, after: Scorecard): string[] {
  return [
    ...(before.name === after.name ? [] : [`The name is “${after.name}” instead of “${before.name}”.`]),
    ...diffDimensions(before.dimensions, after.dimensions),
    ...diffMeasures(before, after),
    ...diffOrder(before, after),
    ...diffCustomSignals(before, after),
    ...diffRules(before, after),
    ...diffRest(before, after),
  ];
}

function diffDimensions(
  before: readonly ScorecardDimension[],
  after: readonly ScorecardDimension[],
): string[] {
  const old = new Map(before.map((dimension) => [dimension.key, dimension]));
  const kept = new Set(after.map((dimension) => dimension.key));
  return [
    ...after.flatMap((dimension) => {
      const was = old.get(dimension.key);
      return was
        ? diffDimension(was, dimension)
        : [`${dimension.label} is a new dimension and counts ${exact(dimension.weight)} of 100.`];
    }),
    ...before.flatMap(({ key, label }) => (kept.has(key) ? [] : [`${label} is no longer a dimension.`])),
  ];
}

function diffDimension(was: ScorecardDimension, now: ScorecardDimension): string[] {
  return [
    ...(was.label === now.label ? [] : [`${was.label} is now called ${now.label}.`]),
    ...(was.weight === now.weight
      ? []
      : [`${now.label} counts ${exact(now.weight)} of 100 instead of ${exact(was.weight)}.`]),
    ...diffApplicable(was, now),
  ];
}

const SEGMENTS = ["new", "growing", "established"] as const;

function diffApplicable(was: ScorecardDimension, now: ScorecardDimension): string[] {
  return SEGMENTS.flatMap((segment) => {
    const [did, does] = [!was.notApplicableTo.includes(segment), !now.notApplicableTo.includes(segment)];
    if (did === does) return [];
    return [`${now.label} ${does ? "now counts" : "no longer counts"} for ${segment} accounts.`];
  });
}

/** The order in which things are shown; a difference only where nothing came or went. */
function diffOrder(before: Scorecard, after: Scorecard): string[] {
  const isReordered = (old: readonly string[], now: readonly string[]): boolean =>
    old.join() !== now.join() && old.toSorted().join() === now.toSorted().join();
  const keys = (card: Scorecard): string[] => card.dimensions.map((dimension) => dimension.key);
  const signals = (dimension: ScorecardDimension): string[] => dimension.measures.map((m) => m.signal);
  const old = new Map(before.dimensions.map((dimension) => [dimension.key, signals(dimension)]));
  return [
    ...(isReordered(keys(before), keys(after)) ? ["The dimensions stand in another order."] : []),
    ...after.dimensions.flatMap((dimension) =>
      isReordered(old.get(dimension.key) ?? [], signals(dimension))
        ? [`The measures of ${dimension.label} stand in another order.`]
        : [],
    ),
  ];
}

const diffRules = (before: Scorecard, after: Scorecard): string[] =>
  RULES.flatMap((rule) => {
    const [was, now] = [rule.value(before), rule.value(after)];
    return was === now ? [] : [`${rule.what} ${now} instead of ${was}.`];
  });

const TOLD: ReadonlySet<string> = new Set([
  "version",
  "name",
  "dimensions",
  "customSignals",
  ...RULES.map((rule) => rule.part),
]);

/** What a later release may add to a definition is at least never passed over in silence. */
function diffRest(before: Scorecard, after: Scorecard): string[] {
  const rest = (card: Scorecard): string =>
    canonicalJson(Object.fromEntries(Object.entries(card).filter(([part]) => !TOLD.has(part))));
  return rest(before) === rest(after) ? [] : ["Something else in the definition changed."];
}
