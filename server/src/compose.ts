import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  type AccountId,
  CHURN_PRIOR_V1,
  type RecordRef,
  refKey,
  SCORECARD_DEFAULT_V1,
  type TenantId,
} from "@bellwether/shared";
import type { Logger } from "pino";
import { openDatabase } from "./adapters/db/database.ts";
import { hubspotInbound } from "./adapters/hubspot/inbound.ts";
import { createMeter } from "./adapters/observability/meter.ts";
import { createStores } from "./adapters/stores.ts";
import { zendeskAppTokens } from "./adapters/zendesk/app-jwt.ts";
import { zendeskInbound } from "./adapters/zendesk/inbound.ts";
import type { Config } from "./config.ts";
import { openPlatforms, publicUrlOf } from "./platforms.ts";
import { ConnectionDirectory } from "./services/connection-directory.ts";

/** Everything joined: what routes and jobs are given. */
export type Parts = Awaited<ReturnType<typeof compose>>;

/** The one place where adapters meet services. Opens the database and the queue, and closes them. */
export async function compose(config: Config, log: Logger, isWorker: boolean) {
  const clock = { now: () => new Date() };
  const meter = createMeter();
  const database = await openDatabase({
    databaseUrl: config.DATABASE_URL ?? null,
    dataDir: config.DATA_DIR,
    onIdleError: (error) => log.warn({ error }, "the database is in trouble"),
  });
  const stores = await createStores(database, {
    encryptionKeys: config.ENCRYPTION_KEY ?? null,
    dataDir: config.DATA_DIR,
    isWorker,
    log,
  });
  const { connections, tenants, queue } = stores;
  const directory = new ConnectionDirectory(connections, clock);
  const platforms = openPlatforms(config, { connections, clock, log, meter });
  const connect = {
    connections,
    tenants,
    directory,
    queue,
    clock,
    sealer: stores.sealer,
    oauth: platforms.oauth,
    newTenantId: () => randomUUID() as TenantId,
    newSecret: () => randomBytes(32).toString("base64url"),
    sha256: (text: string) => createHash("sha256").update(text).digest("base64url"),
  };
  return {
    ...stores,
    directory,
    clock,
    log,
    meter,
    connect,
    accountIdOf,
    gatewayFor: platforms.gatewayFor,
    lookUpPortalId: platforms.lookUpPortalId,
    definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    settings: {
      publicUrl: config.PUBLIC_URL ?? null,
      hubspotClientSecret: config.HUBSPOT_CLIENT_SECRET ?? null,
      adminToken: config.ADMIN_TOKEN ?? null,
      metricsToken: config.METRICS_TOKEN ?? null,
    },
    newRequestId: () => `r_${randomBytes(9).toString("base64url")}`,
    hubspot: hubspotInbound,
    zendesk: zendeskInbound(clock),
    appTokens: zendeskAppTokens([publicUrlOf(config)]),
    metricsText: async () => ({
      contentType: meter.registry.contentType,
      body: await meter.registry.metrics(),
    }),
    isReady: () => database.isReady(),
    close: async () => {
      await stores.close();
      await database.close();
    },
  };
}

/** The same party always gets the same account, so that a step repeated after a crash makes no second one. */
function accountIdOf(tenant: TenantId, ref: RecordRef): AccountId {
  const hash = createHash("sha256")
    .update(`${tenant} ${refKey(ref)}`)
    .digest("hex");
  // laid out as a version 8 UUID (RFC 9562: contents of one's own making)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}` as AccountId;
}
