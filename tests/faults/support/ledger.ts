import type { AccountId, HealthResult, ScoreInputs, TenantId } from "@bellwether/shared";
import { createReplayStore } from "../../../server/src/adapters/db/replay-store.ts";
import type { Database } from "../../../server/src/adapters/db/sql.ts";
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
  /** Results that differed from the one before; those of accounts that were merged into it as well. */
  versions: number;
  current: { result: HealthResult; inputs: ScoreInputs } | null;
}

const EVENTS = "SELECT source, event_key AS key, delivery_id FROM inbox WHERE tenant_id = $1";
/** Once each: a delivery has up to a hundred events. */
const BODIES = "SELECT id, convert_from(body, 'UTF8') AS body FROM delivery WHERE tenant_id = $1";
const ACCEPTED =
  "SELECT source, sum(accepted)::int AS accepted FROM intake_count WHERE tenant_id = $1 GROUP BY source";
const ACCOUNTS = `
SELECT account.id, account.name,
  array(SELECT link.ref FROM party_link AS link WHERE link.tenant_id = account.tenant_id
    AND link.account_id = account.id AND link.removed_at IS NULL ORDER BY link.ref) AS parties,
  (SELECT count(*)::int FROM health_snapshot AS past JOIN account AS own
      ON own.tenant_id = past.tenant_id AND own.id = past.account_id
    WHERE past.tenant_id = account.tenant_id AND account.id IN (own.id, own.merged_into)
    AND NOT past.is_reconstructed) AS versions
FROM account
WHERE account.tenant_id = $1 AND account.merged_into IS NULL ORDER BY account.id`;
const LEFT = `
SELECT 'to read: ' || object_type || ' ' || object_id AS what FROM record_mark WHERE tenant_id = $1
UNION ALL SELECT 'to score: ' || account_id FROM account_mark WHERE tenant_id = $1
UNION ALL SELECT 'to write: ' || object_type || ' ' || object_id || coalesce(' (' || last_error || ')', '')
  FROM outbox WHERE tenant_id = $1 AND is_pending`;

/** The clock of the process that scored last may be ahead of ours. */
const AHEAD_MS = 3_600_000;

type AccountRow = Omit<StoredAccount, "current">;

export async function readStored(database: Database, tenant: TenantId): Promise<StoredLedger> {
  const events = await database.query<{ source: string; key: string; delivery_id: string }>(EVENTS, [tenant]);
  const bodies = await database.query<{ id: string; body: string }>(BODIES, [tenant]);
  const bodyOf = new Map(bodies.map(({ id, body }) => [id, body]));
  const accepted = await database.query<{ source: string; accepted: number }>(ACCEPTED, [tenant]);
  const accounts = await database.query<AccountRow>(ACCOUNTS, [tenant]);
  const replays = createReplayStore(database);
  const newest = async (id: AccountId): Promise<StoredAccount["current"]> => {
    const calculation = await replays.calculation(tenant, id, new Date(Date.now() + AHEAD_MS));
    return calculation?.inputs ? { result: calculation.result, inputs: calculation.inputs } : null;
  };
  return {
    events: events.map(({ source, key, delivery_id }) => ({
      source,
      key,
      body: bodyOf.get(delivery_id) ?? null,
    })),
    accepted: new Map(accepted.map((row) => [row.source, row.accepted])),
    accounts: await Promise.all(
      accounts.map(async (account) => ({ ...account, current: await newest(account.id) })),
    ),
    left: await workLeft(database, tenant),
  };
}

export const workLeft = async (database: Database, tenant: TenantId): Promise<string[]> =>
  (await database.query<{ what: string }>(LEFT, [tenant])).map((row) => row.what);

/** Of the only company that is connected. */
export async function connectedTenant(database: Database): Promise<TenantId> {
  const tenants = await database.query<{ id: TenantId }>("SELECT DISTINCT tenant_id AS id FROM connection");
  const [tenant] = tenants;
  if (!tenant || tenants.length > 1) throw new Error(`${tenants.length} companies are connected`);
  return tenant.id;
}
