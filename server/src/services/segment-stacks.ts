import { type Segment, segmentSchema } from "@bellwether/shared";
import type { ScorecardActivation } from "./ports.ts";

/** A version that a segment came to use; `by` = the activation, `null` = used from the start. */
export interface StackEntry {
  version: string;
  by: ScorecardActivation | null;
}

/**
 * What a segment used one after another, the version in use last: an activation puts one on top, a rollback takes the
 * top one off. So a second rollback goes one step further back, and not to and fro.
 * @param activations of the tenant, in any order
 * @param base version used before the first activation
 */
export function segmentStack(
  activations: readonly ScorecardActivation[],
  segment: Segment,
  base: string,
): StackEntry[] {
  const stack: StackEntry[] = [{ version: base, by: null }];
  for (const row of activations.filter((each) => each.segment === segment).toSorted((a, b) => a.id - b.id)) {
    if (row.kind === "rollback") stack.pop();
    else stack.push({ version: row.version, by: row });
  }
  return stack;
}

/** The version that each segment uses. */
export const inUse = (
  activations: readonly ScorecardActivation[],
  base: string,
): ReadonlyMap<Segment, string> =>
  new Map(
    segmentSchema.options.map((segment) => [
      segment,
      segmentStack(activations, segment, base).at(-1)?.version ?? base,
    ]),
  );

/** What the next activation or rollback has to be told it stands on. */
export const newestId = (activations: readonly ScorecardActivation[]): number =>
  Math.max(0, ...activations.map((row) => row.id));
