import { createServer, type Server } from "node:http";
import { Server as NetServer } from "node:net";
import type { Express } from "express";
import { AppError } from "./services/errors.ts";

/** Longer than HubSpot and Zendesk keep idle connections open, so that we never close one that is about to be used. */
const KEEP_ALIVE_MS = 65_000;

/** A sender that trickles its request must not hold a connection for ever: 30 s, and it is gone. */
export interface RequestLimits {
  headersTimeout: number;
  /** With the body. */
  requestTimeout: number;
  /** Node looks for those who are late at this interval only; its own default would double the time. */
  connectionsCheckingInterval: number;
}
export const REQUEST_LIMITS: RequestLimits = {
  headersTimeout: 15_000,
  requestTimeout: 25_000,
  connectionsCheckingInterval: 5_000,
};

/** Listens. @throws {AppError} `config_invalid` when the port is taken or not allowed */
export function serveHttp(app: Express, port: number, limits = REQUEST_LIMITS): Promise<Server> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...limits }, app);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explained(error, port));
    server.once("error", fail);
    server.listen(port, () => {
      server.off("error", fail);
      resolve(server);
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  const reason = {
    EADDRINUSE: "is in use by another program; stop it, or set PORT to another port",
    EACCES: "may not be used by this user; set PORT to a port above 1023",
  }[error.code ?? ""];
  return reason === undefined
    ? error
    : new AppError("config_invalid", `port ${port} ${reason}`, { cause: error });
}

/** Long enough for clients that reuse connections to send what they were about to send. */
const DRAIN_MS = 500;

/** How often newcomers are looked for before the listener closes whatever is still coming. */
const MAX_LOOKS = 200;

/**
 * Whoever has connected is taken in first: closing the listener would cut off those whom the kernel has let in and
 * Node has not, and after work that took long these are many. Between a look that finds nobody and the end of listening
 * there are microseconds; whoever comes in these is cut off, which nothing in user space can prevent.
 */
async function takeInWhoeverWaits(server: Server): Promise<void> {
  let hasNewcomer = false;
  const note = (): void => {
    hasNewcomer = true;
  };
  server.on("connection", note);
  for (let looks = 0, idle = 0; looks < MAX_LOOKS && idle < 2; looks++) {
    hasNewcomer = false;
    await new Promise((resolve) => setImmediate(resolve)); // between two of these the loop asks for connections
    idle = hasNewcomer ? 0 : idle + 1;
  }
  server.off("connection", note);
}

/**
 * Takes no new connection, answers what comes over those that are open and tells their clients to come over another
 * one, and cuts off what is left after `timeoutMs`. Idle connections stay for a moment: a request may be on its way,
 * and would be lost with a connection that was closed under it.
 */
export async function stopServing(server: Server, timeoutMs: number): Promise<void> {
  server.prependListener("request", (_req, res) => res.setHeader("Connection", "close"));
  await takeInWhoeverWaits(server);
  // when the process was busy, requests that came meanwhile are read between a timer and an immediate
  const closeIdle = setInterval(() => setImmediate(() => server.closeIdleConnections()), DRAIN_MS);
  const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
  // the `close` of an HTTP server closes idle connections at once
  await new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  clearInterval(closeIdle);
  clearTimeout(cut);
}
