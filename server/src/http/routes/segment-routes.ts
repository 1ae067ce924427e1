import type { Express, Request, RequestHandler, Response } from "express";
import { AppError } from "../../services/errors.ts";
import type { SegmentCall, WriteKey } from "../../services/ports.ts";
import {
  type ProductIntakeDeps,
  rejectProductEvents,
  takeInProductEvents,
} from "../../services/take-in-product-events.ts";
import type { HttpDeps } from "../deps.ts";
import { bearerOf } from "../middleware/bearer.ts";
import { sendProblem } from "../middleware/problem-handler.ts";
import { rawBody } from "../middleware/raw-body.ts";
import { SenderLoad } from "../middleware/sender-limits.ts";

/** Source: Segment's HTTP API, "Max request size": 500 KB a request; libraries count it in different ways. */
const BODY_LIMIT = 512 * 1024;
const RETRY_AFTER_S = "1";
const PREFLIGHT_AGE_S = "86400";

/** The calls of the HTTP API; below them the short names that analytics.js uses, and the older name of `batch`. */
const CALLS: Readonly<Record<string, SegmentCall>> = {
  track: "track",
  identify: "identify",
  group: "group",
  page: "page",
  screen: "screen",
  alias: "alias",
  batch: "batch",
  t: "track",
  i: "identify",
  g: "group",
  p: "page",
  s: "screen",
  a: "alias",
  b: "batch",
  import: "batch",
};

export type SegmentRouteDeps = ProductIntakeDeps & Pick<HttpDeps, "writeKeyDirectory" | "senderLimits">;

/** Whatever the content type says it is JSON: `navigator.sendBeacon` and analytics.js send text. */
export function mountSegmentRoutes(app: Express, deps: SegmentRouteDeps): void {
  const raw = rawBody(BODY_LIMIT);
  const load = new SenderLoad(deps.senderLimits, deps.clock);
  for (const [name, call] of Object.entries(CALLS)) {
    app.options(`/v1/${name}`, preflight);
    app.post(`/v1/${name}`, raw, postEvents(deps, call, load));
  }
}

/** Nobody can tell by a preflight which key will come; a server's key gets an answer that no page may read. */
const preflight: RequestHandler = (_req, res) => {
  allowAnyOrigin(res);
  res.setHeader("Access-Control-Allow-Methods", "POST");
  res.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding");
  res.setHeader("Access-Control-Max-Age", PREFLIGHT_AGE_S);
  res.status(204).end();
};

function allowAnyOrigin(res: Response): void {
  res.setHeader("Access-Control-Allow-Origin", "*");
  res.setHeader("Access-Control-Expose-Headers", "Retry-After");
  res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
}

function postEvents(deps: SegmentRouteDeps, call: SegmentCall, load: SenderLoad): RequestHandler {
  return async (req, res) => {
    const receivedAt = deps.clock.now();
    const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const { key, body } = await authenticated(deps, req, rawBody);
    if (key.kind === "browser") allowAnyOrigin(res);
    if (!load.mayAsk(key.id)) return tooMany(res);
    const sent = await noted(deps, key, rawBody, () =>
      deps.segment.events(body(), { call, tenant: key.tenantId, receivedAt }),
    );
    const isCarried = await load.carry(key.id, sent.events.length, () =>
      takeInProductEvents(deps, key, sent),
    );
    if (isCarried) res.json({ success: true });
    else tooMany(res);
  };
}

function tooMany(res: Response): void {
  res.setHeader("Retry-After", RETRY_AFTER_S);
  sendProblem(res, "too_many_requests", "This write key sends more than is taken in; try again in a second.");
}

/** What cannot be read at all is shown to the people who mend the sender. */
async function noted<T>(deps: SegmentRouteDeps, key: WriteKey, rawBody: Buffer, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError)
      await rejectProductEvents(deps, key.tenantId, [deps.segment.rejectedBody(rawBody, error.message)]);
    throw error;
  }
}

/**
 * All three ways of the protocol: the key as the user name of HTTP Basic, as a bearer token (or beside one, in the
 * body), or in the body alone.
 * @throws {AppError} `token_invalid`; `request_invalid` where the key could only be in a body that is not JSON
 */
async function authenticated(
  deps: SegmentRouteDeps,
  req: Request,
  rawBody: Buffer,
): Promise<{ key: WriteKey; body: () => unknown }> {
  const named = basicUserOf(req) ?? bearerOf(req);
  const key = named === null ? null : await deps.writeKeyDirectory.find(named);
  if (key !== null) return { key, body: () => deps.segment.parse(rawBody).body };
  const { body, writeKey } = parsed(deps, rawBody, named !== null);
  const own = writeKey === null ? null : await deps.writeKeyDirectory.find(writeKey);
  if (own === null) throw wrongKey();
  return { key: own, body: () => body };
}

const wrongKey = (): AppError => new AppError("token_invalid", "The write key is missing, wrong or revoked.");

function parsed(
  deps: SegmentRouteDeps,
  rawBody: Buffer,
  hasNamedKey: boolean,
): ReturnType<SegmentRouteDeps["segment"]["parse"]> {
  try {
    return deps.segment.parse(rawBody);
  } catch (error) {
    throw hasNamedKey ? wrongKey() : error;
  }
}

/** The user name of HTTP Basic; the password is empty. Some senders leave out the colon. */
function basicUserOf(req: Request): string | null {
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (encoded === undefined) return null;
  const [user = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return user;
}
