import {
  changeSince,
  type HealthResult,
  lostSentence,
  ticketBandValue,
  writeBackValues,
  zendeskFieldValues,
} from "@bellwether/shared";
import type { AccountLedger, Connection, DesiredValues, ScoredAccount } from "./ports.ts";

/**
 * What HubSpot companies and Zendesk organizations and tickets of this account should show. A lost one keeps the
 * values of its last day; in place of a next step it says so.
 */
export function desiredValues(
  ledger: AccountLedger,
  calculated: HealthResult,
  connections: readonly Connection[],
  onboardingProgress: number | null,
): Pick<ScoredAccount, "desired" | "ticketBand"> {
  const result =
    ledger.lostAt === null ? calculated : { ...calculated, nextStep: lostSentence(ledger.lostAt) };
  const change30d = changeSince(ledger.monthAgo, result);
  const desired: DesiredValues[] = [];
  for (const { ref } of ledger.links) {
    const connection = connections.find((c) => c.platform === ref.platform);
    if (!connection) continue;
    const options = { change30d, onboardingProgress, keys: connection.config.writeBackKeys };
    const values =
      ref.platform === "hubspot" ? writeBackValues(result, options) : zendeskFieldValues(result, options);
    desired.push({ connectionId: connection.id, ref, values });
  }
  const zendesk = connections.find((c) => c.platform === "zendesk" && c.config.ticketFieldId !== null);
  const band = result.band === null ? "" : ticketBandValue(result.band);
  return { desired, ticketBand: zendesk ? { connectionId: zendesk.id, value: band } : null };
}
