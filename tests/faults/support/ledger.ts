import type { AccountId, HealthResult, ScoreInputs, TenantId } from "@bellwether/shared";
import type { Database } from "../../../server/src/adapters/db/sql.ts";
import {
  type InputColumns,
  inputsIn,
  type ResultColumns,
  resultIn,
} from "../../../server/src/adapters/db/stored-result.ts";
import { hubspotInbound } from "../../../server/src/adapters/hubspot/inbound.ts";
import { zendeskInbound } from "../../../server/src/adapters/zendesk/inbound.ts";

/** An event that was answered 2xx: what its sender relies upon. */
export interface AckedEvent {
  source: "hubspot" | "zendesk" | "segment";
  /** What makes it one event, as the product sees it. */
  key: string;
  /** A text that only this event's stored content has. */
  content: string;
}

export const ackedHubspot = (event: { eventId: number }): AckedEvent => {
  const [delivery] = hubspotInbound.parse(Buffer.from(JSON.stringify([event])), null);
  return { source: "hubspot", key: delivery?.events[0]?.key ?? "", content: `"eventId":${event.eventId},` };
};

/** @param body of the delivery, one event */
export const ackedZendesk = (body: string): AckedEvent => {
  const [delivery] = zendeskInbound.parse(Buffer.from(body), null);
  const { id } = JSON.parse(body) as { id: string };
  return { source: "zendesk", key: delivery?.events[0]?.key ?? "", content: `"${id}"` };
};

/** What the product's database says of a tenant after a fault. */
export interface StoredLedger {
  events: { source: string; key: string; body: string | null }[];
  /** Counted as accepted, by source. */
  accepted: Map<string, number>;
  accounts: StoredAccount[];
  /** Work that is not done: marks and pending rows. */
  left: string[];
}

export interface StoredAccount {
  id: AccountId;
  name: string;
  /** Parties that it has now. */
  parties: string[];
  /** Results that differed from the one before. */
  versions: number;
  current: { result: HealthResult; inputs: ScoreInputs } | null;
}

const EVENTS = `
SELECT inbox.source, inbox.event_key AS key, convert_from(delivery.body, 'UTF8') AS body
FROM inbox LEFT JOIN delivery ON delivery.tenant_id = inbox.tenant_id AND delivery.id = inbox.delivery_id
WHERE inbox.tenant_id = $1`;
const ACCEPTED =
  "SELECT source, sum(accepted)::int AS accepted FROM intake_count WHERE tenant_id = $1 GROUP BY source";
const ACCOUNTS = `
SELECT account.id, account.name, current.packed, current.packed_inputs, current.result, current.inputs,
  array(SELECT link.ref FROM party_link AS link WHERE link.tenant_id = account.tenant_id
    AND link.account_id = account.id AND link.removed_at IS NULL ORDER BY link.ref) AS parties,
  (SELECT count(*)::int FROM health_snapshot AS past WHERE past.tenant_id = account.tenant_id
    AND past.account_id = account.id AND NOT past.is_reconstructed) AS versions
FROM account
LEFT JOIN health_current AS current ON current.tenant_id = account.tenant_id AND current.account_id = account.id
WHERE account.tenant_id = $1 AND account.merged_into IS NULL ORDER BY account.id`;
const LEFT = `
SELECT 'to read: ' || object_type || ' ' || object_id AS what FROM record_mark WHERE tenant_id = $1
UNION ALL SELECT 'to score: ' || account_id FROM account_mark WHERE tenant_id = $1
UNION ALL SELECT 'to write: ' || object_type || ' ' || object_id || coalesce(' (' || last_error || ')', '')
  FROM outbox WHERE tenant_id = $1 AND is_pending`;

interface AccountRow extends ResultColumns, InputColumns {
  id: AccountId;
  name: string;
  parties: string[];
  versions: number;
}

export async function readStored(database: Database, tenant: TenantId): Promise<StoredLedger> {
  const events = await database.query<StoredLedger["events"][number]>(EVENTS, [tenant]);
  const accepted = await database.query<{ source: string; accepted: number }>(ACCEPTED, [tenant]);
  const accounts = await database.query<AccountRow>(ACCOUNTS, [tenant]);
  return {
    events,
    accepted: new Map(accepted.map((row) => [row.source, row.accepted])),
    accounts: accounts.map(({ packed, packed_inputs, result: json, inputs: inputsJson, ...account }) => {
      const result = resultIn({ packed, result: json });
      const inputs = inputsIn({ packed_inputs, inputs: inputsJson });
      return { ...account, current: result && inputs ? { result, inputs } : null };
    }),
    left: await workLeft(database, tenant),
  };
}

export const workLeft = async (database: Database, tenant: TenantId): Promise<string[]> =>
  (await database.query<{ what: string }>(LEFT, [tenant])).map((row) => row.what);
