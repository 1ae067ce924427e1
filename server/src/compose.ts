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
import { trainInThread } from "./adapters/compute/train-in-thread.ts";
import { openDatabase } from "./adapters/db/database.ts";
import { readWorkload } from "./adapters/db/workload.ts";
import { hubspotInbound } from "./adapters/hubspot/inbound.ts";
import { createMeter } from "./adapters/observability/meter.ts";
import { createTrace } from "./adapters/observability/trace.ts";
import { workloadGauges } from "./adapters/observability/workload-gauges.ts";
import { randomPool } from "./adapters/random-pool.ts";
import { segmentInbound } from "./adapters/segment/inbound.ts";
import { createStores } from "./adapters/stores.ts";
import { zendeskAppTokens } from "./adapters/zendesk/app-jwt.ts";
import { zendeskInbound } from "./adapters/zendesk/inbound.ts";
import type { Config } from "./config.ts";
import { API_VERSION as VERSION } from "./http/app.ts";
import { SENDER_LIMITS } from "./http/middleware/sender-limits.ts";
import { openPlatforms, publicUrlOf } from "./platforms.ts";
import { ConnectionDirectory } from "./services/connection-directory.ts";
import type { Trace } from "./services/ports.ts";
import { WriteKeyDirectory } from "./services/write-key-directory.ts";

const random = randomPool();

/** Everything joined: what routes and jobs are given. */
export type Parts = Awaited<ReturnType<typeof compose>>;

/** The one place where adapters meet services. Opens the database and the queue, and closes them. */
export async function compose(config: Config, log: Logger, isWorker: boolean, trace: Trace = createTrace()) {
  const clock = { now: () => new Date() };
  const meter = createMeter();
  meter.gauge("bellwether_build_info", { version: VERSION, node: process.version }, 1);
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
    trace,
  });
  const refreshGauges = workloadGauges({
    meter,
    read: () => readWorkload(database),
    pool: () => (database.kind === "server" ? database.poolState() : null),
    elapsedMs: () => performance.now(),
  });
  const { connections, tenants, queue } = stores;
  const directory = new ConnectionDirectory(connections, clock);
  const platforms = openPlatforms(config, {
    connections,
    clock,
    log,
    meter,
    sharing: {
      budgets: stores.budgets,
      hasOthers: database.kind === "server",
      onTrouble: (error) => log.warn({ err: error }, "a pause did not reach the other processes"),
    },
    onRecreated: (connection, keys) => stores.outbox.rewrite(connection, keys),
  });
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
    trace,
    connect,
    accountIdOf,
    gatewayFor: platforms.gatewayFor,
    lookUpPortalId: platforms.lookUpPortalId,
    definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    coalescingWindowMs: config.COALESCING_WINDOW_MS,
    settings: {
      publicUrl: config.PUBLIC_URL ?? null,
      hubspotClientSecret: config.HUBSPOT_CLIENT_SECRET ?? null,
      adminToken: config.ADMIN_TOKEN ?? null,
      metricsToken: config.METRICS_TOKEN ?? null,
    },
    newId: randomUUID,
    trainModel: trainInThread,
    newRequestId: () => `r_${random(9).toString("base64url")}`,
    hubspot: hubspotInbound,
    zendesk: zendeskInbound,
    segment: segmentInbound,
    writeKeyDirectory: new WriteKeyDirectory({ writeKeys: stores.writeKeys, clock, sha256: connect.sha256 }),
    senderLimits: SENDER_LIMITS,
    appTokens: zendeskAppTokens([publicUrlOf(config)]),
    metricsText: async () => {
      await refreshGauges();
      return { contentType: meter.registry.contentType, body: await meter.registry.metrics() };
    },
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
