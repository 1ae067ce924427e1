import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AccountId,
  CHURN_PRIOR_V1,
  type RecordRef,
  refKey,
  SCORECARD_DEFAULT_V1,
  type TenantId,
} from "@bellwether/shared";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { hubspotInbound } from "../../server/src/adapters/hubspot/inbound.ts";
import { createStores } from "../../server/src/adapters/stores.ts";
import { zendeskInbound } from "../../server/src/adapters/zendesk/inbound.ts";
import { WEBHOOK_SUBSCRIPTIONS } from "../../server/src/adapters/zendesk/provision-webhook.ts";
import { readConfig } from "../../server/src/config.ts";
import { openPlatforms } from "../../server/src/platforms.ts";
import { ConnectionDirectory } from "../../server/src/services/connection-directory.ts";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import { runBackfill } from "../../server/src/services/run-backfill.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { takeInHubspotEvents, takeInZendeskEvents } from "../../server/src/services/take-in-events.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/index.ts";
import { newStorage } from "./storage.ts";

export const TENANT = "00000000-0000-4000-8000-0000000000e1" as TenantId;

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
const noMeter = { count: () => undefined, observe: () => undefined, gauge: () => undefined };

export interface Taken {
  platform: "hubspot" | "zendesk";
  body: string;
}

/** A sandbox whose webhooks end in a list instead of a server. */
export async function listeningSandbox(
  options: Pick<SandboxOptions, "seed" | "accounts" | "now" | "portfolio">,
) {
  const limits = {
    zendeskExportQuietMs: 0,
    zendeskExportsPerMinute: 10_000,
    zendeskPerMinute: 100_000,
    hubspotPerTenSeconds: 100_000,
    hubspotSearchesPerSecond: 1_000,
  };
  const sandbox = await startSandbox({ ...options, limits, retryScale: 0.01 });
  const taken: Taken[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on("data", (part: Buffer) => parts.push(part));
    req.on("end", () => {
      const platform = req.url === "/hubspot" ? "hubspot" : "zendesk";
      taken.push({ platform, body: Buffer.concat(parts).toString("utf8") });
      res.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox.setHubspotWebhook({ url: `${url}/hubspot`, clientSecret: "secret", appId: 1 });
  sandbox.zendesk.webhooks.push({
    id: "wh1",
    name: "test",
    endpoint: `${url}/zendesk`,
    status: "active",
    subscriptions: [...WEBHOOK_SUBSCRIPTIONS, "zen:event-type:ticket.csat_received"],
    customHeaders: {},
    signingSecret: "secret",
    createdAt: 0,
    updatedAt: 0,
  });
  return {
    sandbox,
    /** What was delivered since the last call, in order. */
    delivered: async (): Promise<Taken[]> => {
      await sandbox.deliver.idle();
      return taken.splice(0);
    },
    stop: async () => {
      await sandbox.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type ListeningSandbox = Awaited<ReturnType<typeof listeningSandbox>>;

const pause = (ms: number): Promise<void> => sleep(ms);

/**
 * The server's services on an embedded database, against the sandbox, with every job run by hand.
 * @param databaseUrl an empty one on a server, instead
 */
export async function openEventWorld(
  sandbox: Sandbox,
  now: () => Date,
  tenantId: TenantId = TENANT,
  databaseUrl: string | null = null,
) {
  const storage = databaseUrl === null ? await newStorage("embedded") : null;
  const database = await openDatabase({ databaseUrl, dataDir: storage?.environment["DATA_DIR"] ?? null });
  const clock = { now };
  const key = Buffer.alloc(32, 7).toString("base64");
  const stores = await createStores(database, {
    encryptionKeys: [key],
    dataDir: "",
    isWorker: false,
    log: quiet,
    clock,
  });
  const config = readConfig({ HUBSPOT_API_URL: sandbox.hubspotUrl, ZENDESK_URL: sandbox.zendeskUrl });
  const platforms = openPlatforms(config, {
    connections: stores.connections,
    clock,
    log: quiet,
    meter: noMeter,
    sharing: { budgets: stores.budgets, hasOthers: false, onTrouble: () => undefined },
    onRecreated: async () => undefined,
  });
  const enqueued: string[] = [];
  const deps = {
    ...stores,
    newId: randomUUID,
    clock,
    log: quiet,
    meter: noMeter,
    gatewayFor: platforms.gatewayFor,
    accountIdOf,
    directory: new ConnectionDirectory(stores.connections, clock),
    definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    queue: { ...stores.queue, enqueue: async (name: string) => void enqueued.push(name) },
    coalescingWindowMs: 0,
    pause,
  };
  await stores.tenants.ensure(tenantId, "events", now());
  const connect = async (
    platform: "hubspot" | "zendesk",
    externalId: string,
    accessToken: string,
    of = tenantId,
  ) =>
    stores.connections.connect(
      { tenantId: of, platform, externalId, mode: "token", scopes: [] },
      { accessToken, refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
      now(),
    );
  const hubspot = await connect("hubspot", sandbox.portalId, sandbox.hubspotAccessToken);
  const zendesk = await connect("zendesk", sandbox.subdomain, sandbox.zendeskAccessToken);

  const takeIn = async (deliveries: readonly Taken[]): Promise<void> => {
    for (const { platform, body } of deliveries) {
      if (platform === "hubspot")
        await takeInHubspotEvents(deps, hubspotInbound.parse(Buffer.from(body), null));
      else await takeInZendeskEvents(deps, zendesk, zendeskInbound.parse(Buffer.from(body), null));
    }
  };
  /** Until nothing is marked any more. */
  const refresh = async (): Promise<void> => {
    for (let rounds = 0; (await stores.ledger.connectionsWithMarks()).length > 0; rounds++) {
      if (rounds > 20) throw new Error("records are marked again and again");
      for (const { id } of [hubspot, zendesk]) await refreshRecords(deps, id);
    }
  };
  return {
    database,
    stores,
    deps,
    tenantId,
    hubspot,
    zendesk,
    enqueued,
    takeIn,
    refresh,
    backfill: async () => {
      for (const { id } of [hubspot, zendesk]) await runBackfill(deps, id);
      await refresh();
    },
    /** Another company in the same database, read to the end. */
    alsoConnect: async (other: TenantId, portal: { portalId: string; accessToken: string }) => {
      await stores.tenants.ensure(other, "another", now());
      const { id } = await connect("hubspot", portal.portalId, portal.accessToken, other);
      await runBackfill(deps, id);
    },
    settle: async () => {
      await refresh();
      await scoreAccounts(deps, tenantId);
    },
    close: async () => {
      await stores.queue.stop(1_000);
      await stores.close();
      await database.close();
      await storage?.remove();
    },
  };
}
export type EventWorld = Awaited<ReturnType<typeof openEventWorld>>;

/** The same party gets the same account in every world. */
export function accountIdOf(_tenant: TenantId, ref: RecordRef): AccountId {
  const hash = createHash("sha256").update(refKey(ref)).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}` as AccountId;
}

const SAYS = {
  records:
    "SELECT ref, record::text, removed_at IS NULL AS there FROM source_record WHERE tenant_id = $1 ORDER BY ref",
  links:
    "SELECT ref, position, target_ref, is_open_ticket FROM record_link WHERE tenant_id = $1 ORDER BY ref, target_ref",
  parties:
    "SELECT ref, name, domains, external_id, is_customer, awaits_account FROM party WHERE tenant_id = $1 ORDER BY ref",
  partyLinks:
    "SELECT ref, account_id, removed_at IS NULL AS there FROM party_link WHERE tenant_id = $1 ORDER BY ref",
  observations:
    "SELECT subject, at, kind, key, source, value FROM observation WHERE tenant_id = $1 ORDER BY subject, kind, key, at, value_hash",
  health: `SELECT current.account_id, current.fingerprint, encode(current.packed, 'hex') AS result FROM health_current AS current
    JOIN account ON account.tenant_id = current.tenant_id AND account.id = current.account_id AND account.merged_into IS NULL
    WHERE current.tenant_id = $1 ORDER BY current.account_id`,
} as const;
export type Said = Record<keyof typeof SAYS, Record<string, unknown>[]>;

/** All that a world knows, without when it came to know it. */
export async function saidBy({ database, ...world }: EventWorld, tenantId = world.tenantId): Promise<Said> {
  const rows = await Promise.all(
    Object.entries(SAYS).map(async ([name, text]) => [name, await database.query(text, [tenantId])] as const),
  );
  return Object.fromEntries(rows) as Said;
}

/** Records that are there, by ref, with what they say. */
export const recordsIn = ({ records }: Said): [unknown, unknown][] =>
  records.filter((row) => row["there"]).map((row) => [row["ref"], row["record"]]);
