import { onTestFailed } from "vitest";
import { openDatabase } from "../../../server/src/adapters/db/database.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/index.ts";
import { eventually } from "../../support/eventually.ts";
import { newStorage, oauthApp, oneCompany, type Storage, untilScored } from "../../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../../support/server-process.ts";
import { checkLedger, type LedgerReport } from "./check-ledger.ts";
import type { Disturbance } from "./check-writes.ts";
import { connectedTenant, workLeft } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { addOtherTenant, type OtherTenant } from "./other-tenant.ts";
import { SEED, say, sized } from "./plan.ts";
import { ackedBySandbox, RecordingSender } from "./sender.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

export interface FaultWorldOptions {
  kind: "embedded" | "server";
  sandbox?: Partial<SandboxOptions>;
  /** Beside those of one-company mode; `sandbox` is what the product is to talk to. */
  environment?: (sandbox: Sandbox) => Record<string, string>;
  /** `oauth` = no tokens in the environment; somebody has to install it. `tokens` when absent. */
  signIn?: "tokens" | "oauth";
  /** Whether what the product asks of HubSpot goes through `proxy`. */
  hubspotThroughProxy?: boolean;
  /** A database of another kind than the usual one. */
  storage?: Storage;
  /** Where events are sent to, when not to the one server's own port. */
  publicUrl?: string;
}

/** One company under test, its platforms, its sender and another company's rows beside it. */
export interface FaultWorld {
  kind: "embedded" | "server";
  sandbox: Sandbox;
  storage: Storage;
  port: number;
  url: string;
  environment: Record<string, string>;
  sender: RecordingSender;
  disturbances: Disturbance[];
  /** In front of HubSpot, where it was asked for. */
  proxy: TcpProxy | null;
  other: OtherTenant;
  /** Starts a process on the shared storage; `port` absent = the world's own; `own` beside the environment of all. */
  start(role?: "web" | "worker", port?: number, own?: Record<string, string>): Promise<ServerProcess>;
  /** SIGKILL, remembered as a disturbance. */
  kill(server: ServerProcess): Promise<void>;
  /** A look into the database; of the embedded one while no server runs. */
  look<T>(read: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>): Promise<T>;
  /**
   * Waits until nothing is left to be done, ends the servers and checks the ledger.
   * @param ownOracle asked when the platforms are at rest; absent = one that reads them then
   */
  settle(servers: readonly ServerProcess[], ownOracle?: () => Promise<Oracle>): Promise<LedgerReport>;
  remove(): Promise<void>;
}

/** Longer than a server takes to look for what it missed; metrics may be 5 s old. */
const QUIET_MS = { embedded: 5_500, server: sized(2_500, 1_000) } as const;

/** The oracle reads the whole book right after it was written to, and kills make many calls in a short time. */
const ROOMY = {
  zendeskExportQuietMs: 0,
  zendeskExportsPerMinute: 10_000,
  zendeskPerMinute: 100_000,
  hubspotPerTenSeconds: 100_000,
  hubspotSearchesPerSecond: 1_000,
};

export async function openFaultWorld(options: FaultWorldOptions): Promise<FaultWorld> {
  const sandbox = await startSandbox({
    seed: 41,
    now: () => new Date(),
    accounts: sized(20, 12),
    retryScale: 0.1,
    limits: ROOMY,
    ...options.sandbox,
  });
  const [storage, port] = await Promise.all([options.storage ?? newStorage(options.kind), freePort()]);
  const url = options.publicUrl ?? `http://127.0.0.1:${port}`;
  const proxy = options.hubspotThroughProxy
    ? await startTcpProxy(Number(new URL(sandbox.hubspotUrl).port))
    : null;
  const environment = {
    ...(options.signIn === "oauth" ? oauthApp : oneCompany)(sandbox, port),
    PUBLIC_URL: url,
    ...storage.environment,
    ...(proxy && { HUBSPOT_API_URL: `http://127.0.0.1:${proxy.port}` }),
    ...options.environment?.(sandbox),
  };
  const sender = new RecordingSender(`${url}/webhooks/hubspot`, sandbox.hubspotClientSecret);
  const disturbances: Disturbance[] = [];
  const look: FaultWorld["look"] = async (read) => {
    const { DATABASE_URL, DATA_DIR = null } = environment as Record<string, string | undefined>;
    const database = await openDatabase({ databaseUrl: DATABASE_URL ?? null, dataDir: DATA_DIR });
    try {
      return await read(database);
    } finally {
      await database.close();
    }
  };
  const other = await look(addOtherTenant);
  const started: ServerProcess[] = [];
  const start: FaultWorld["start"] = async (role, at = port, own = {}) => {
    const server = await startServer({ ...environment, ...own }, at, role);
    started.push(server);
    return server;
  };
  return {
    kind: options.kind,
    sandbox,
    storage,
    port,
    url,
    environment,
    sender,
    disturbances,
    proxy,
    other,
    start,
    look,
    kill: async (server) => {
      const from = Date.now();
      await server.kill();
      disturbances.push({ from, to: Date.now() });
    },
    settle: async (servers, ownOracle) => {
      await sender.settled();
      await sandbox.deliver.idle();
      let running = servers;
      for (let attempt = 1; ; attempt++) {
        await untilIdle({ kind: options.kind, look }, running, QUIET_MS[options.kind]);
        // at rest there is nothing to end in order; the embedded database would have to recover
        await Promise.all(
          running.map((server) => (options.kind === "server" ? server.kill() : server.stop())),
        );
        const left = await look(async (database) => workLeft(database, await connectedTenant(database)));
        // what the daily round or a look at what was missed brought up in the very moment of stopping
        if (left.length === 0 || attempt === 5) break;
        running = [await start()];
      }
      const oracle = await ownOracle?.();
      return await look(async (database) =>
        checkLedger({
          ...(oracle && { oracle }),
          database,
          tenantId: await connectedTenant(database),
          sandbox,
          acked: [...sender.acked, ...ackedBySandbox(sandbox)],
          disturbances,
          other,
        }),
      );
    },
    remove: async () => {
      sender.abandon();
      await Promise.all(started.map((server) => server.kill())); // those that a failed test left behind
      await proxy?.close();
      await sandbox.stop();
      await storage.remove();
    },
  };
}

/** History is read and scored: from here on only events make work. */
export const untilReady = async (world: FaultWorld, server: ServerProcess): Promise<void> => {
  await untilScored(server.url, 90_000);
  await untilIdle(world, [server]);
  world.disturbances.length = 0;
};

const SIZES =
  /^bellwether_(?:queue_size\{kind="(?:record|account)"\}|outbox_rows\{state="(?:pending|waiting)"\}) (\d+)/gm;

/**
 * Nothing to be read, scored or written; of an embedded database by the metrics of the first server that answers.
 * @param quietMs for how long: a process that has just begun looks for what it missed
 */
export async function untilIdle(
  { kind, look }: Pick<FaultWorld, "kind" | "look">,
  servers: readonly ServerProcess[],
  quietMs = 0,
): Promise<void> {
  if (kind === "embedded") return untilQuiet(() => expectIdleMetrics(servers), quietMs);
  await look(async (database) => {
    const tenant = await connectedTenant(database);
    await untilQuiet(async () => {
      const left = await workLeft(database, tenant);
      if (left.length > 0) throw new Error(`work is left: ${left.slice(0, SHOWN_WORK).join(", ")}`);
    }, quietMs);
  });
}
/** How much of what is left a message names. */
const SHOWN_WORK = 10;
const PATIENCE_MS = 120_000;

async function untilQuiet(expectIdle: () => Promise<void>, quietMs: number): Promise<void> {
  let idleSince: number | null = null;
  await eventually(async () => {
    await expectIdle().catch((error: unknown) => {
      idleSince = null;
      throw error;
    });
    idleSince ??= performance.now();
    if (performance.now() - idleSince < quietMs) throw new Error("nothing is left, but not for long yet");
  }, PATIENCE_MS);
}

async function expectIdleMetrics(servers: readonly ServerProcess[]): Promise<void> {
  const answers = await Promise.all(
    servers.map((server) =>
      fetch(`${server.url}/metrics`).then(
        (answer) => answer.text(),
        () => "",
      ),
    ),
  );
  const sizes = answers.map((text) => [...text.matchAll(SIZES)].map((match) => Number(match[1])));
  const known = sizes.find((list) => list.length === 4);
  if (!known) throw new Error("no server says how much work is left");
  if (known.some((size) => size > 0)) throw new Error(`work is left: ${known.join(", ")}`);
}

/** What a fault came to; printed as one line. */
export interface FaultTotals {
  kills: number;
  report: LedgerReport;
  /** Of interest for this fault, e.g. the longest time until work went on. */
  measured?: Record<string, string | number>;
}

export function sayFault(name: string, { kills, report, measured = {} }: FaultTotals): void {
  const { acked, missing, doubled, writes, repeats } = report;
  const more = Object.entries(measured).map(([key, value]) => `, ${key} ${value}`);
  say(
    `${name}: ${kills} kills, ${acked} events acknowledged, ${missing} missing, ${doubled} doubled, ` +
      `${writes} writes (${repeats} repeated)${more.join("")}, seed ${SEED}`,
  );
}

/** Prints what the processes said last if the test fails. */
export function showOnFailure(servers: () => readonly ServerProcess[]): void {
  onTestFailed(() => {
    for (const server of servers()) say(`--- ${server.url}\n${server.output().slice(-3_000)}`);
  });
}
