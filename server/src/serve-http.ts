import { createServer, type Server } from "node:http";
import type { Express } from "express";

/** Longer than HubSpot and Zendesk keep idle connections open, so that we never close one that is about to be used. */
const KEEP_ALIVE_MS = 65_000;
/** A sender that trickles its request must not hold a connection for ever. */
const REQUEST_MS = 30_000;

/** Listens. @throws the listening error, e.g. when the port is taken */
export function serveHttp(app: Express, port: number): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    app,
  );
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
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
