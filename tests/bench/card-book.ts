import { randomBytes } from "node:crypto";
import { DAY_MS, type TenantId } from "@bellwether/shared";
import type pg from "pg";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { withClient } from "../support/with-client.ts";
import { PORTAL_ID } from "./intake-servers.ts";
import { type Book, makeBook, readSources } from "./rescore-book.ts";

export const ACCOUNTS = 1_000_000;
/** So many have been opened before, and are opened again. */
export const OPENED = 4_000;
export const SUBDOMAIN = "bench";
export const APP_SECRET = randomBytes(32).toString("base64url");
export const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString("base64");

/** What a card is opened beside. */
export interface OpenedRecord {
  platform: "hubspot" | "zendesk";
  id: string;
}

export interface CardBook extends Book {
  opened: OpenedRecord[];
}

/**
 * A tenant with a million accounts, each a HubSpot company, those with a ledger Zendesk organizations as well; not
 * scored yet. The records to open lie all over those with a ledger, every other one in Zendesk.
 */
export async function makeCardBook(url: string): Promise<CardBook> {
  return await withClient(url, async (client) => {
    const now = new Date();
    const book = await makeBook(client, ACCOUNTS, new Date(now.getTime() - DAY_MS));
    await readSources(client, book, now);
    await client.query("UPDATE connection SET external_id = $2 WHERE tenant_id = $1", [
      book.tenantId,
      String(PORTAL_ID),
    ]);
    await connectZendesk(url, book.tenantId, now);
    const opened = await linkEverybody(client, book.tenantId);
    await client.query("VACUUM ANALYZE account, party_link, observation, account_mark, connection");
    return { ...book, opened };
  });
}

async function linkEverybody(client: pg.Client, tenantId: TenantId): Promise<OpenedRecord[]> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO party_link (tenant_id, ref, account_id, rule)
     SELECT tenant_id, replace(ref, 'hubspot:company:', 'zendesk:organization:'), account_id, 'external_id'
     FROM party_link WHERE tenant_id = $1 RETURNING split_part(ref, ':', 3) AS id`,
    [tenantId],
  );
  // in the order of the key, which is the order of the index
  await client.query(
    `INSERT INTO party_link (tenant_id, ref, account_id, rule)
     SELECT account.tenant_id, 'hubspot:company:' || split_part(account.name, ' ', 2), account.id, 'anchor' FROM account
     WHERE account.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM party_link AS known
       WHERE known.tenant_id = $1 AND known.account_id = account.id) ORDER BY 2`,
    [tenantId],
  );
  const step = Math.max(1, Math.floor(rows.length / OPENED));
  return rows
    .filter((_, i) => i % step === 0)
    .slice(0, OPENED)
    .map(({ id }, i) => ({ platform: i % 2 === 0 ? "hubspot" : "zendesk", id }));
}

async function connectZendesk(url: string, tenantId: TenantId, now: Date): Promise<void> {
  const config = readConfig({ DATABASE_URL: url, ENCRYPTION_KEY });
  const composed = await compose(config, createLog("error"), false);
  const { connections } = composed;
  const { id } = await connections.connect(
    { tenantId, platform: "zendesk", externalId: SUBDOMAIN, mode: "oauth", scopes: [] },
    { accessToken: "bench", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: APP_SECRET },
    now,
  );
  await connections.update(id, { syncedAt: now, provisionedAt: now });
  await composed.queue.stop(0);
  await composed.close();
}
