import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { AccessDenied, actorOf, tenantAsked } from "./api-actor.ts";

/** Keeps what a route is called in the audit log. */
export function nameAction(action: string): RequestHandler {
  return (_req, res, next) => {
    res.locals["action"] = action;
    next();
  };
}

const isDenial = (error: unknown): boolean =>
  error instanceof AccessDenied || (error instanceof AppError && error.code === "forbidden");

/** Writes down what was denied, in the tenant of who asked; what is allowed passes without waiting for anything. */
export function auditDenied(deps: Pick<HttpDeps, "audit" | "clock">): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    if (isDenial(error)) await record(deps, req, res);
    next(error);
  };
}

const MAX_SUBJECT = 200;

async function record(deps: Pick<HttpDeps, "audit" | "clock">, req: Request, res: Response): Promise<void> {
  const [actor, tenant] = [actorOf(res), tenantAsked(res)];
  if (tenant === null) return; // ADMIN_TOKEN: there is no role that it lacks
  await deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action: z.string().catch("unknown").parse(res.locals["action"]),
      subject: req.path.slice(0, MAX_SUBJECT),
      outcome: "denied",
      detail: { role: actor.role },
    },
  ]);
}
