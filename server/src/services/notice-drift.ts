import { type RecordRef, refKey, WRITE_BACK_FIELDS } from "@bellwether/shared";
import type { Clock, Connection, Drift, DriftStore, Log, ShownValues } from "./ports.ts";

/**
 * Compares what a platform shows of our own properties with what it last confirmed to us. A difference is somebody
 * else's doing: it is kept for a person to decide, and our value is held back until then.
 * @param readAt before the platform was asked: what is written later says nothing about it
 * @returns whether a property that once took our value is no longer there
 */
export async function noticeDrift(
  deps: { drift: DriftStore; clock: Clock; log: Log },
  connection: Connection,
  shown: readonly ShownValues[],
  readAt: Date,
): Promise<boolean> {
  if (shown.length === 0) return false;
  const refs = shown.map(({ ref }) => ref);
  const settled = await deps.drift.settledValues(connection.tenantId, connection.id, refs, readAt);
  if (settled.length === 0) return false;
  const ours = new Map(settled.map(({ ref, values }) => [refKey(ref), values]));
  const found = shown.flatMap((each) => driftOf(connection, each, ours.get(refKey(each.ref))));
  const seen = settled.map(({ ref }): RecordRef => ref);
  const at = deps.clock.now();
  await deps.drift.note(connection.tenantId, connection.id, { found, seen, readAt, at });
  if (found.length > 0)
    deps.log.info(
      { connectionId: connection.id, values: found.length },
      "values of ours were changed by somebody else and are held back until a person decides",
    );
  return shown.some(({ ref, values }) =>
    Object.keys(ours.get(refKey(ref)) ?? {}).some((key) => TYPES.has(key) && !(key in values)),
  );
}

function driftOf(
  { id }: Connection,
  { ref, values }: ShownValues,
  ours: Readonly<Record<string, string>> | undefined,
): Drift[] {
  return Object.entries(ours ?? {}).flatMap(([key, confirmed]) => {
    const theirs = values[key];
    return theirs === undefined || showsSame(key, confirmed, theirs)
      ? []
      : [{ connectionId: id, ref, key, ours: confirmed, theirs }];
  });
}

const TYPES = new Map(WRITE_BACK_FIELDS.map(({ key, type }) => [key, type]));

/** Platforms give values back in other forms: `82.50` for `82.5`, a day for a time, nothing for `false`. */
export function showsSame(key: string, ours: string, theirs: string): boolean {
  const [left, right] = [ours.trim(), theirs.trim()];
  if (left === right) return true;
  switch (TYPES.get(key)) {
    case "instant":
      return true; // a time alone is nobody's change
    case "score":
    case "probability":
    case "number":
      return left !== "" && right !== "" && Number(left) === Number(right);
    case "flag":
      return (left || "false") === (right || "false");
    case "choice":
      return choiceOf(left) === choiceOf(right);
    default:
      return left.replaceAll(/\s+/g, " ") === right.replaceAll(/\s+/g, " ");
  }
}

/** Drop-down values of Zendesk carry a prefix, because they become tags. */
const choiceOf = (text: string): string =>
  /^bellwether_(?:org|band)_(?:.*_)?([^_]+)$/.exec(text)?.[1] ?? text;
