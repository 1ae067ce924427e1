import express, { type Request, type RequestHandler } from "express";

/**
 * The bytes of the body as they came, at most `limit` of them. Nearly all senders say how long it is and do not
 * compress it: then there is nothing to do but to collect them, which costs a fraction of what Express' reader does.
 */
export function rawBody(limit: number): RequestHandler {
  const anyBody = express.raw({ type: () => true, limit, inflate: true });
  return async (req, res, next) => {
    const length = Number(req.headers["content-length"] ?? Number.NaN);
    if (req.headers["content-encoding"] !== undefined || !(length <= limit)) return anyBody(req, res, next);
    req.body = await bytesOf(req);
    next();
  };
}

/** Never resolves where the sender goes away before its end: then there is nobody to answer. */
function bytesOf(req: Request): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  });
}
