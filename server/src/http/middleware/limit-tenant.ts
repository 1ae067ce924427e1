import type { Request, RequestHandler, Response } from "express";
import { rateLimit } from "express-rate-limit";
import { actorOf } from "./api-actor.ts";
import { sendProblem } from "./problem-handler.ts";

const MINUTE_MS = 60_000;

/** Behind the middleware that keeps the actor: a tenant is limited, and no other by it. @param limit calls a minute */
export const limitTenant = (limit: number): RequestHandler =>
  rateLimit({
    windowMs: MINUTE_MS,
    limit,
    standardHeaders: true,
    legacyHeaders: false,
    keyGenerator: tenantKey,
    handler: (_req, res) =>
      sendProblem(
        res,
        "too_many_requests",
        "This is asked for more often than it can be answered well; try again in a minute.",
      ),
  });

/** ADMIN_TOKEN is of no tenant; what it names will do. */
function tenantKey(req: Request, res: Response): string {
  const named = req.query["tenantId"];
  return actorOf(res).tenantId ?? (typeof named === "string" ? `named ${named}` : "all");
}
