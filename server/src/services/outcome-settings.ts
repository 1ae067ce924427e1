import { type OutcomeSettings, outcomeSettingsOf } from "@bellwether/shared";
import type { Connection } from "./ports.ts";

/** The tenant's choices, under `outcomes` in the configuration of its HubSpot connection; else the defaults. */
export function outcomeSettingsFor(connections: readonly Connection[]): OutcomeSettings {
  const config: object = connections.find(({ platform }) => platform === "hubspot")?.config ?? {};
  return outcomeSettingsOf("outcomes" in config ? config.outcomes : undefined);
}
