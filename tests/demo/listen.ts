import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The demo is for this machine alone. */
export const HOST = "127.0.0.1";

export interface Listening {
  url: string;
  port: number;
  /** Also ends the connections that pages keep open. */
  close(): Promise<void>;
}

/**
 * @param port 0 = any free one
 * @throws {Error} which says in words when the port is taken
 */
export function listen(port: number, handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`Port ${port} is taken. Choose another: PORT=4000 npm run demo`) : error);
    });
    server.listen(port, HOST, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({ url: `http://${HOST}:${actual}`, port: actual, close: () => close(server) });
    });
  });
}

/** A port that was free a moment ago, for a process that has to be told its own address. */
export async function freePort(): Promise<number> {
  const probe = await listen(0, () => undefined);
  await probe.close();
  return probe.port;
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
