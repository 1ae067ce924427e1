import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConnectionId, TenantId } from "@bellwether/shared";
import { LimiterRegistry } from "../../server/src/adapters/platform/limiter-registry.ts";
import type { TimeSource } from "../../server/src/adapters/platform/time-source.ts";
import type {
  Connection,
  ConnectionRepository,
  ConnectionSecrets,
  Log,
  Meter,
} from "../../server/src/services/ports.ts";

export interface ReceivedCall {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed JSON, or the text as it is. */
  body: unknown;
}
export interface Reply {
  status?: number;
  body?: unknown;
  /** In place of `body`: something that is not JSON. */
  text?: string;
  headers?: Record<string, string>;
  /** Destroys the connection instead of answering. */
  isBroken?: boolean;
}
export type Script = (call: ReceivedCall, nth: number) => Reply | null | Promise<Reply | null>;

/** A HubSpot of one test: answers as the script says, 404 where it says nothing, and keeps what was asked. */
export async function scriptedHubspot(script: Script) {
  const calls: ReceivedCall[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? "/", "http://local");
    const isJson = request.headers["content-type"]?.includes("json") === true && text !== "";
    const call: ReceivedCall = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: isJson ? JSON.parse(text) : text,
    };
    calls.push(call);
    const reply = (await script(
      call,
      calls.filter((c) => c.path === call.path && c.method === call.method).length,
    )) ?? {
      status: 404,
      body: { status: "error", message: "no such path in this script" },
    };
    if (reply.isBroken) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    response.end(reply.text ?? (reply.body === undefined ? "" : JSON.stringify(reply.body)));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    pathsOf: (method: string) => calls.filter((call) => call.method === method).map((call) => call.path),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Time that passes only by sleeping. */
export function sleepingTime(): TimeSource & { slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
export const silentMeter: Meter = {
  count: () => undefined,
  observe: () => undefined,
  gauge: () => undefined,
};

export const hubspotConnection = (change: Partial<Connection> = {}): Connection => ({
  id: "0190b1a4-0000-7000-8000-000000000001" as ConnectionId,
  tenantId: "0190b1a4-0000-7000-8000-000000000002" as TenantId,
  platform: "hubspot",
  externalId: "33",
  mode: "token",
  status: "active",
  statusReason: null,
  scopes: [],
  config: { fieldMap: {}, writeBackKeys: null, ticketFieldId: null, webhookId: null, actorId: null },
  connectedAt: new Date(0),
  provisionedAt: new Date(0),
  syncedAt: null,
  ...change,
});

/** Secrets of one connection with the repository's promise: one renewal at a time, and only while it is stale. */
export function memorySecrets(initial: Partial<ConnectionSecrets> = {}) {
  let current: ConnectionSecrets = {
    accessToken: "token-1",
    refreshToken: null,
    expiresAt: null,
    webhookSecret: null,
    appSecret: null,
    ...initial,
  };
  let lock: Promise<unknown> = Promise.resolve();
  const repository: Pick<ConnectionRepository, "secrets" | "renewSecrets"> = {
    secrets: async () => current,
    renewSecrets(_, isStale, renew) {
      const turn = lock.then(async () => {
        if (isStale(current)) current = { ...current, ...(await renew(current)) };
        return current;
      });
      lock = turn.catch(() => undefined);
      return turn;
    },
  };
  return {
    repository,
    get: () => current,
    set: (change: Partial<ConnectionSecrets>) => {
      current = { ...current, ...change };
    },
  };
}

export function httpDeps(apiUrl: string) {
  const time = sleepingTime();
  return { apiUrl, time, limiters: new LimiterRegistry(time) };
}
