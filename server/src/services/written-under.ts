import { numberOfText } from "@bellwether/shared";
import type { TenantSources } from "./scoring-inputs.ts";

/** Moves with the snapshot of 30 days ago, so that it changes while nothing happens. */
const MOVES_DAILY = "bellwether_trend_30d";

/**
 * The admin's settings that decide what is shown of a result and which outcomes are read, as a number to compare.
 * @returns `null` where they have a value written that changes every day: then every account is calculated every day
 */
export function writtenUnder({
  connections,
  seen,
}: Pick<TenantSources, "connections" | "seen">): number | null {
  if (connections.some(({ config }) => config.writeBackKeys?.includes(MOVES_DAILY))) return null;
  const settings = connections.map(({ id, status, config }) => [id, status, config]);
  return numberOfText(JSON.stringify([settings, seen.ticketsFrom]));
}
