import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import helmet from "helmet";

/** What helmet says is the same for every answer: it is asked once. */
export function securityHeaders(): RequestHandler {
  const headers: [string, string][] = [];
  const noted: Pick<ServerResponse, "setHeader" | "removeHeader"> = {
    setHeader: (name, value) => {
      headers.push([name, String(value)]);
      return noted as ServerResponse;
    },
    removeHeader: () => undefined,
  };
  helmet()({} as IncomingMessage, noted as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  // nothing that is answered here is for a cache: it is personal, carries a cookie, or is different the next moment
  headers.push(["Cache-Control", "no-store"]);
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}
