import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { ConnectionId, TenantId } from "@bellwether/shared";
import type { OpenDatabase } from "../../server/src/adapters/db/database.ts";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { createTrace } from "../../server/src/adapters/observability/trace.ts";
import { compose, type Parts } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { createApp } from "../../server/src/http/app.ts";
import { REQUEST_LIMITS, serveHttp, stopServing } from "../../server/src/serve-http.ts";
import { newTenant } from "./database.ts";
import { ADMIN_TOKEN, newStorage } from "./one-company.ts";

export const CLIENT_SECRET = "hubspot-client-secret-of-tests";
/** Nobody listens there: what these tests ask never has to reach a platform. */
const NOWHERE = "http://127.0.0.1:9";

export interface GuardedOptions {
  environment?: Record<string, string>;
  /** Before the routes are made from them. */
  change?: (parts: Parts) => Parts;
  limits?: typeof REQUEST_LIMITS;
}

/** The product's routes on an embedded database in this process, without jobs, logged at trace. */
export async function startGuarded({
  environment = {},
  change = (parts) => parts,
  limits = REQUEST_LIMITS,
}: GuardedOptions = {}) {
  const storage = await newStorage("embedded");
  const config = readConfig({
    ...storage.environment,
    ADMIN_TOKEN,
    HUBSPOT_CLIENT_SECRET: CLIENT_SECRET,
    HUBSPOT_API_URL: NOWHERE,
    ZENDESK_URL: NOWHERE,
    ...environment,
  });
  const lines: string[] = [];
  const trace = createTrace();
  const log = createLog("trace", trace.fields, { write: (line) => void lines.push(line) });
  const parts = await compose(config, log, false, trace);
  const app = createApp(change(parts));
  const server = await serveHttp(app, 0, limits);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    parts,
    app,
    url,
    port,
    dataDir: config.DATA_DIR,
    log: () => lines.join("\n"),
    call: (
      method: string,
      path: string,
      token: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    stop: async () => {
      await Promise.all([stopServing(server, 500), parts.queue.stop(5_000)]);
      await parts.close();
      await storage.remove();
    },
  };
}
export type GuardedServer = Awaited<ReturnType<typeof startGuarded>>;

export interface GuardedTenant {
  tenant: TenantId;
  portalId: string;
  subdomain: string;
  hubspot: ConnectionId;
  zendesk: ConnectionId;
  appSecret: string;
  webhookSecret: string;
  accessTokens: string[];
}

/** A company with both platforms connected and secrets of its own. @param name letters, for names and secrets */
export async function guardedTenant(
  { connections, tenants }: Parts,
  name: string,
  portalId: string,
): Promise<GuardedTenant> {
  const tenant = newTenant();
  const at = new Date();
  const secretOf = (what: string): string => `${what}-of-${name}-${randomUUID()}`;
  const made = {
    tenant,
    portalId,
    subdomain: name,
    appSecret: secretOf("app-secret"),
    webhookSecret: secretOf("webhook-secret"),
    accessTokens: [secretOf("hubspot-token"), secretOf("zendesk-token")],
  };
  await tenants.ensure(tenant, name, at);
  const connect = async (platform: "hubspot" | "zendesk", externalId: string, accessToken: string) => {
    const { id } = await connections.connect(
      { tenantId: tenant, platform, externalId, mode: "oauth", scopes: [] },
      {
        accessToken,
        refreshToken: secretOf(`${platform}-refresh`),
        expiresAt: null,
        webhookSecret: platform === "zendesk" ? made.webhookSecret : null,
        appSecret: platform === "zendesk" ? made.appSecret : null,
      },
      at,
    );
    await connections.update(id, { syncedAt: at, provisionedAt: at });
    return id;
  };
  return {
    ...made,
    hubspot: await connect("hubspot", portalId, made.accessTokens[0] ?? ""),
    zendesk: await connect("zendesk", made.subdomain, made.accessTokens[1] ?? ""),
  };
}

/** Every table's rows of a tenant, as text; tables without tenants are left out. */
export async function rowsOfTenant(
  database: OpenDatabase,
  tenant: TenantId,
): Promise<Record<string, string[]>> {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`,
  );
  const rows: Record<string, string[]> = {};
  for (const { name } of tables) {
    const found = await database.query<{ text: string }>(
      `SELECT t::text AS text FROM "${name}" t WHERE tenant_id = $1::uuid ORDER BY 1`,
      [tenant],
    );
    rows[name] = found.map(({ text }) => text);
  }
  return rows;
}
