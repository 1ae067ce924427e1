import { canonicalJson } from "../canonical-json.ts";
import type { HealthResult } from "../scoring/health-result.ts";

/** One value that is not the same; `null` also where one of the two has none. */
export interface ResultDifference {
  /** Names and places from the outside in, e.g. `contributions`, `3`, `points`. */
  path: readonly string[];
  stored: unknown;
  recalculated: unknown;
}

/** Every value in which two results differ, to the last bit; none = the same. */
export const resultDifferences = (stored: HealthResult, recalculated: HealthResult): ResultDifference[] =>
  differences([], stored, recalculated);

function differences(path: readonly string[], stored: unknown, again: unknown): ResultDifference[] {
  if (canonicalJson(stored) === canonicalJson(again)) return [];
  if (!isContainer(stored) || !isContainer(again))
    return [{ path, stored: stored ?? null, recalculated: again ?? null }];
  const [before, after] = [new Map(Object.entries(stored)), new Map(Object.entries(again))];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => differences([...path, name], before.get(name), after.get(name)));
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
