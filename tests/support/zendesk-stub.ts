import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { LimiterRegistry } from "@bellwether/server/src/adapters/platform/limiter-registry.ts";
import type { TimeSource } from "@bellwether/server/src/adapters/platform/time-source.ts";
import { createZendeskGateway } from "@bellwether/server/src/adapters/zendesk/gateway.ts";
import type { TokenDeps } from "@bellwether/server/src/adapters/zendesk/token-source.ts";
import { AppError } from "@bellwether/server/src/services/errors.ts";
import type {
  Connection,
  ConnectionRepository,
  ConnectionSecrets,
  OutboxRow,
  PlatformGateway,
} from "@bellwether/server/src/services/ports.ts";
import { connectionId, type ObjectType, tenantId } from "@bellwether/shared";

/** One call as it reached the server. */
export interface SeenCall {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage["headers"];
  body: unknown;
}
/** `json` is sent as JSON, `text` as it is. */
export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
}
type Answering = StubAnswer | ((call: SeenCall) => StubAnswer);
/** `"GET /api/v2/tickets.json"` → its answers in turn; the last one stays. Unknown routes answer 404. */
export type Routes = Record<string, Answering | Answering[]>;

export interface ZendeskStub {
  origin: string;
  calls: SeenCall[];
  callsTo(route: string): SeenCall[];
  routes: Routes;
  stop(): Promise<void>;
}

/** A small HTTP server that answers what a test tells it to. */
export async function startZendeskStub(routes: Routes = {}): Promise<ZendeskStub> {
  const calls: SeenCall[] = [];
  const stub = { calls, routes };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://stub.invalid");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const call: SeenCall = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    calls.push(call);
    const { status = 200, headers = {}, json, text: plain } = answerOf(stub.routes, call);
    const type = json === undefined ? "text/html" : "application/json; charset=utf-8";
    response.writeHead(status, { ...(status !== 204 && { "content-type": type }), ...headers });
    response.end(json === undefined ? plain : JSON.stringify(json));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(stub, {
    origin: `http://127.0.0.1:${port}`,
    callsTo: (route: string) => calls.filter((call) => `${call.method} ${call.path}` === route),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

function answerOf(routes: Routes, call: SeenCall): StubAnswer {
  const given = routes[`${call.method} ${call.path}`];
  const answer = Array.isArray(given) ? (given.length > 1 ? given.shift() : given[0]) : given;
  if (!answer) return { status: 404, json: { error: "RecordNotFound", description: "Not found" } };
  return typeof answer === "function" ? answer(call) : answer;
}

export const NOW = new Date("2026-11-21T08:00:00Z");

/** Sleeps pass at once and are added up. */
export function hurriedTime(): TimeSource & { slept: number[] } {
  let skippedMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => performance.now() + skippedMs,
    sleep: async (ms) => {
      slept.push(ms);
      skippedMs += ms;
      await new Promise((next) => setImmediate(next));
    },
    random: () => 0.5,
  };
}

export const connection: Connection = {
  id: connectionId.parse("0b6f8f1e-3c1c-4d0a-9d59-6a4f7b1f2c11"),
  tenantId: tenantId.parse("5e7f33a4-8a2e-4f6b-8d0d-8b0f2a3c4d55"),
  platform: "zendesk",
  externalId: "acme",
  mode: "oauth",
  status: "active",
  statusReason: null,
  scopes: ["read", "write"],
  config: { fieldMap: {}, writeBackKeys: null, ticketFieldId: null, webhookId: null, actorId: null },
  connectedAt: NOW,
  provisionedAt: null,
  syncedAt: null,
};

const SECRETS: ConnectionSecrets = {
  accessToken: "token-1",
  refreshToken: "refresh-1",
  expiresAt: null,
  webhookSecret: null,
  appSecret: null,
};

/** One connection in memory, whose secrets are renewed by one caller at a time as the contract asks. */
export function oneConnection(secrets: Partial<ConnectionSecrets> = {}, made: Connection = connection) {
  let stored: ConnectionSecrets = { ...SECRETS, ...secrets };
  let lock: Promise<unknown> = Promise.resolve();
  const unused = async (): Promise<never> => {
    throw new AppError("not_found", "not part of this test");
  };
  const repository: ConnectionRepository = {
    find: async () => made,
    findByExternalId: async () => made,
    list: async () => [made],
    connect: unused,
    update: unused,
    secrets: async () => stored,
    saveSecrets: unused,
    renewSecrets: (_id, isStale, renew) => {
      const turn = lock.then(async () => {
        if (isStale(stored)) stored = { ...stored, ...(await renew(stored)) };
        return stored;
      });
      lock = turn.catch(() => undefined);
      return turn;
    },
  };
  return { repository, stored: () => stored };
}

export interface GatewayOptions {
  connections?: ConnectionRepository;
  refresh?: TokenDeps["refresh"];
  connection?: Connection;
  time?: TimeSource;
  marketplace?: { name?: string; organizationId?: string; appId?: string };
  zendeskUrl?: string;
  publicUrl?: string;
  warnings?: string[];
}

/** The real gateway against the stub, in a hurry. */
export function gatewayTo(stub: Pick<ZendeskStub, "origin">, options: GatewayOptions = {}): PlatformGateway {
  const time = options.time ?? hurriedTime();
  const record = (_fields: unknown, message: string) => void options.warnings?.push(message);
  return createZendeskGateway({
    zendeskUrl: options.zendeskUrl ?? stub.origin,
    publicUrl: options.publicUrl ?? "https://health.acme.test",
    marketplace: options.marketplace ?? {},
    connections: options.connections ?? oneConnection().repository,
    refresh: options.refresh ?? null,
    limiters: new LimiterRegistry(time),
    clock: { now: () => NOW },
    time,
    log: { debug: () => undefined, info: () => undefined, warn: record, error: record },
    meter: { count: () => undefined, observe: () => undefined, gauge: () => undefined },
  })(options.connection ?? connection);
}

export const outboxRow = (objectType: ObjectType, id: string, values: Record<string, string>): OutboxRow => ({
  ref: { platform: "zendesk", objectType, id },
  values,
  version: 1,
  attempts: 0,
});
