/**
 * HubSpot sends every property value as text. These readers never throw: what cannot be read is `null`, because a
 * portal's admins may fill a property with anything.
 */
export type Properties = Readonly<Record<string, string | null | undefined>>;

/** `""` counts as absent. */
export function textOf(value: string | null | undefined): string | null {
  const trimmed = value?.trim() ?? "";
  return trimmed === "" ? null : storable(trimmed);
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

export function numberOf(value: string | null | undefined): number | null {
  const text = textOf(value);
  if (text === null || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

export function flagOf(value: string | null | undefined): boolean | null {
  const text = textOf(value)?.toLowerCase() ?? "";
  if (["true", "yes", "1"].includes(text)) return true;
  return ["false", "no", "0"].includes(text) ? false : null;
}

/** ISO 8601, a date alone (midnight UTC, as HubSpot means it), or Unix milliseconds; as ISO in UTC. */
export function instantOf(value: string | null | undefined): string | null {
  const text = textOf(value);
  if (text === null) return null;
  const isMilliseconds = /^-?\d{9,15}$/.test(text);
  const isIso = /^\d{4}-\d{2}-\d{2}($|[T ])/.test(text);
  if (!isMilliseconds && !isIso) return null;
  const at = isMilliseconds ? Number(text) : Date.parse(text);
  // Years beyond 9999 have another ISO form, whose text order is not time order.
  return Number.isFinite(at) && at >= 0 && at < 253_402_300_800_000 ? new Date(at).toISOString() : null;
}

/** Calendar date in UTC. */
export const dateOf = (value: string | null | undefined): string | null =>
  instantOf(value)?.slice(0, 10) ?? null;

/** Values of a multiple-choice property, which HubSpot joins with semicolons. */
export const choicesOf = (value: string | null | undefined): string[] =>
  (textOf(value) ?? "")
    .split(";")
    .map((choice) => choice.trim().toUpperCase())
    .filter((choice) => choice !== "");

/** The latest of some times; `null` where none is known. */
export const latestOf = (...instants: readonly (string | null)[]): string | null =>
  instants.reduce((latest, at) => (at !== null && (latest === null || at > latest) ? at : latest), null);
