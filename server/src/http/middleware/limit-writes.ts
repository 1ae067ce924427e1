import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import { actorOf } from "./api-actor.ts";
import { sendProblem } from "./problem-handler.ts";

const MINUTE_MS = 60_000;
/** More than a person says in a minute; per process. */
const MOST_PER_MINUTE = 30;

/** Behind the middleware that keeps the actor: whoever asks is limited, and nobody else by them. */
export const limitWrites = (): RequestHandler =>
  rateLimit({
    windowMs: MINUTE_MS,
    limit: MOST_PER_MINUTE,
    standardHeaders: true,
    legacyHeaders: false,
    keyGenerator: (_req, res) => {
      const { tenantId, id } = actorOf(res);
      return `${tenantId ?? "all"} ${id}`;
    },
    handler: (_req, res) =>
      sendProblem(res, "too_many_requests", "Too many corrections at once; try again in a minute."),
  });

/** The handler behind the limit, as one handler. */
export const limited =
  (limit: RequestHandler, handle: RequestHandler): RequestHandler =>
  async (req, res, next) => {
    let isAllowed = false;
    await limit(req, res, (error?: unknown) => {
      if (error === undefined) isAllowed = true;
      else next(error);
    });
    if (isAllowed) await handle(req, res, next);
  };
