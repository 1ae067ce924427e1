import { setTimeout as sleep } from "node:timers/promises";
import {
  type HubspotWebhookTarget,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from "../sandbox/index.ts";
import { adminGet, newStorage, oneCompany, type Storage } from "./one-company.ts";
import { freePort, type ServerProcess, startServer } from "./server-process.ts";

export interface CompanyOptions {
  sandbox?: Partial<SandboxOptions>;
  /** Beside those of one-company mode. */
  environment?: Record<string, string>;
  webhook?: Partial<HubspotWebhookTarget>;
  /** Before the server first asks anything. */
  prepare?: (sandbox: Sandbox) => void;
}

export interface Company {
  sandbox: Sandbox;
  storage: Storage;
  readonly server: ServerProcess;
  port: number;
  environment: Record<string, string>;
  /** Kills the server and starts it again on the same data. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** One company on the embedded database: sandbox and server, each delivering to the other. */
export async function startCompany(options: CompanyOptions = {}): Promise<Company> {
  const sandbox = await startSandbox({
    seed: 3,
    now: () => new Date(),
    accounts: 10,
    retryScale: 0.1,
    ...options.sandbox,
  });
  options.prepare?.(sandbox);
  const [storage, port] = await Promise.all([newStorage("embedded"), freePort()]);
  const environment = { ...oneCompany(sandbox, port), ...storage.environment, ...options.environment };
  sandbox.setHubspotWebhook({
    url: `http://127.0.0.1:${port}/webhooks/hubspot`,
    clientSecret: sandbox.hubspotClientSecret,
    appId: Number(sandbox.hubspotAppId),
    ...options.webhook,
  });
  let server = await startServer(environment, port);
  return {
    sandbox,
    storage,
    port,
    environment,
    get server() {
      return server;
    },
    killAndRestart: async () => {
      await server.kill();
      server = await startServer(environment, port);
    },
    stop: async () => {
      await server.stop();
      await sandbox.stop();
      await storage.remove();
    },
  };
}

const QUIET_MS = 1_500;

/** Whatever was on its way has been delivered, scored and written: nothing is asked of the platforms any more. */
export async function untilQuiet(sandbox: Sandbox): Promise<void> {
  await sandbox.deliver.idle();
  for (let seen = -1; seen !== sandbox.requests.length; ) {
    seen = sandbox.requests.length;
    await sleep(QUIET_MS);
  }
}

export interface SourceCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export const intakeCounts = (
  url: string,
): Promise<{ hubspot: SourceCounts; zendesk: SourceCounts; segment: SourceCounts }> =>
  adminGet(url, "/intake/counts");

export interface ListedConnection {
  id: string;
  tenantId: string;
  platform: "hubspot" | "zendesk";
  externalId: string;
  status: "active" | "disconnected";
  statusReason: string | null;
}

export const listConnections = async (url: string): Promise<ListedConnection[]> =>
  (await adminGet<{ connections: ListedConnection[] }>(url, "/connections")).connections;

/** Writes that said nothing new: the same values as the write before to the same record, apart from their time. */
export function needlessWrites(sandbox: Sandbox): string[] {
  const last = new Map<string, string>();
  return sandbox.writes.flatMap(({ platform, objectType, id, values }) => {
    const record = `${platform} ${objectType} ${id}`;
    const told = JSON.stringify({ ...values, bellwether_scored_at: null });
    const isRepeated = last.get(record) === told;
    last.set(record, told);
    return isRepeated ? [record] : [];
  });
}
