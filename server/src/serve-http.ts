import { createServer, type Server } from "node:http";
import type { Express } from "express";
import { AppError } from "./services/errors.ts";

/** Longer than HubSpot and Zendesk keep idle connections open, so that we never close one that is about to be used. */
const KEEP_ALIVE_MS = 65_000;
/** A sender that trickles its request must not hold a connection for ever. */
const REQUEST_MS = 30_000;

/** Listens. @throws {AppError} `config_invalid` when the port is taken or not allowed */
export function serveHttp(app: Express, port: number): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    app,
  );
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

/** Takes no new request, lets those under way end, and cuts off what is left after `timeoutMs`. */
export function stopServing(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
