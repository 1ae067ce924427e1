import express, { type RequestHandler, Router } from "express";
import type { z } from "zod";
import type { HttpDeps } from "./deps.ts";
import { requireRole } from "./middleware/api-actor.ts";
import { auditDenied, nameAction } from "./middleware/audit-denied.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { limitTenant } from "./middleware/limit-tenant.ts";
import { ROUTE_LIMITS } from "./route-limits.ts";
import { rolesOf } from "./route-roles.ts";

/** What a route says of itself; `/openapi.json` is written from it. */
export interface RouteDoc {
  method: "get" | "post" | "put" | "delete";
  /** As Express has it, e.g. `/accounts/:id/health`; below `/api/v1` for an `ApiRoute`. */
  path: string;
  summary: string;
  /** The schemas that the handler parses with. */
  query?: z.ZodType;
  body?: z.ZodType;
  answer: {
    /** 200 unless told. */
    status?: 201 | 202 | 204;
    description: string;
    schema?: z.ZodType;
    /** `application/json` unless told. */
    contentTypes?: readonly string[];
  };
}

/**
 * A route of `/api/v1`. To add a module of routes: export a function `(deps: HttpDeps) => ApiRoute[]` from a file of
 * its own, spread it in `apiRoutes` (routes/api-v1.ts), and add its lines to ROUTE_ROLES (route-roles.ts); a route
 * without roles cannot be mounted. Authentication, roles, the body, the audit of what was denied and the API
 * document follow from it. Inside a handler: `tenantOf(deps, req, res)`, `actorOf(res)`, `parseRequest(schema, …)`.
 */
export interface ApiRoute extends RouteDoc {
  /** What the audit log calls it, e.g. `scorecard.activate`. */
  action: string;
  handle: RequestHandler;
}

const BODY_LIMIT = "1mb";

function limitsOf({ method, path }: ApiRoute): RequestHandler[] {
  const limit = ROUTE_LIMITS[`${method} ${path}`];
  return limit === undefined ? [] : [limitTenant(limit)];
}

/** Every route behind its roles. @throws {Error} at start, for a route without an entry in ROUTE_ROLES */
export function mountRoutes(deps: HttpDeps, routes: readonly ApiRoute[]): Router {
  const router = Router();
  router.use(authenticate(deps));
  // after the role was checked: bodies of those who may not send one are not read
  const body = express.json({ limit: BODY_LIMIT, type: () => true });
  for (const route of routes)
    router[route.method](
      route.path,
      nameAction(route.action),
      requireRole(...rolesOf(route)),
      ...limitsOf(route),
      ...(route.body ? [body] : []),
      route.handle,
    );
  router.use(auditDenied(deps));
  return router;
}
