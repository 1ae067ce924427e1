import { createHash, randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { openDatabase } from "./adapters/db/database.ts";
import { readWorkload } from "./adapters/db/workload.ts";
import { hubspotInbound } from "./adapters/hubspot/inbound.ts";
import { createMeter } from "./adapters/observability/meter.ts";
import { workloadGauges } from "./adapters/observability/workload-gauges.ts";
import { randomPool } from "./adapters/random-pool.ts";
import { segmentInbound } from "./adapters/segment/inbound.ts";
import { createStores } from "./adapters/stores.ts";
import { zendeskInbound } from "./adapters/zendesk/inbound.ts";
import type { Config } from "./config.ts";
import { API_VERSION } from "./http/api-version.ts";
import { SENDER_LIMITS } from "./http/middleware/sender-limits.ts";
import { ConnectionDirectory } from "./services/connection-directory.ts";
import type { Trace } from "./services/ports.ts";
import { WriteKeyDirectory } from "./services/write-key-directory.ts";

const random = randomPool();

/** What events are taken in with: the database, the queue, and nothing of the platforms or of people's pages. */
export type FrontParts = Awaited<ReturnType<typeof composeFront>>;

/**
 * The first half of `compose`: what must stand before a delivery can be acknowledged. It imports little, because
 * loading the rest takes as long again. Opens the database and the queue, and closes them.
 */
export async function composeFront(config: Config, log: Logger, isWorker: boolean, trace: Trace) {
  const clock = { now: () => new Date() };
  const meter = createMeter();
  meter.gauge("bellwether_build_info", { version: API_VERSION, node: process.version }, 1);
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
  return {
    ...stores,
    database,
    directory: new ConnectionDirectory(stores.connections, clock),
    clock,
    log,
    meter,
    trace,
    settings: {
      publicUrl: config.PUBLIC_URL ?? null,
      hubspotClientSecret: config.HUBSPOT_CLIENT_SECRET ?? null,
      adminToken: config.ADMIN_TOKEN ?? null,
      metricsToken: config.METRICS_TOKEN ?? null,
    },
    newId: randomUUID,
    newRequestId: () => `r_${random(9).toString("base64url")}`,
    hubspot: hubspotInbound,
    zendesk: zendeskInbound,
    segment: segmentInbound,
    writeKeyDirectory: new WriteKeyDirectory({
      writeKeys: stores.writeKeys,
      clock,
      sha256: (text) => createHash("sha256").update(text).digest("base64url"),
    }),
    senderLimits: SENDER_LIMITS,
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
