import { type Role, type TenantId, tenantId } from "@bellwether/shared";
import type { Request, RequestHandler, Response } from "express";
import { z } from "zod";
import type { Actor } from "../../services/actor.ts";
import { AppError } from "../../services/errors.ts";

const actorSchema = z.custom<Actor>(
  (value) => typeof value === "object" && value !== null && "role" in value,
);

/** Keeps who asks for the handlers behind it. */
export function keepActor(res: Response, actor: Actor): void {
  res.locals["actor"] = actor;
}

/** Who asks; only behind a middleware that keeps the actor. */
export const actorOf = (res: Response): Actor => actorSchema.parse(res.locals["actor"]);

/** Keeps which tenant an allowed request is about. */
export function keepTenant(res: Response, tenant: TenantId): void {
  res.locals["tenant"] = tenant;
}

/** The tenant that a request is about, else the one of who asks; `null` = ADMIN_TOKEN, which named none. */
export const tenantAsked = (res: Response): TenantId | null =>
  tenantId.safeParse(res.locals["tenant"]).data ?? actorOf(res).tenantId;

/** ADMIN_TOKEN is for all tenants. */
export const ADMIN: Actor = {
  id: "admin",
  name: "Administrator",
  tenantId: null,
  role: "admin",
  financial: true,
};

/** What the audit log has to know of, whatever the answer says. */
export class AccessDenied extends AppError {}

/** Lets only these roles through. @throws {AccessDenied} `forbidden` */
export function requireRole(...roles: readonly Role[]): RequestHandler {
  return (_req: Request, res: Response, next) => {
    const { role } = actorOf(res);
    if (!roles.includes(role))
      throw new AccessDenied("forbidden", `This needs the role ${roles.join(" or ")}; yours is ${role}.`);
    next();
  };
}

/** @throws {AccessDenied} `not_found` where the actor is of another tenant, with the words of a missing one */
export function assertTenant(actor: Actor, tenant: TenantId): void {
  if (actor.tenantId !== null && actor.tenantId !== tenant)
    throw new AccessDenied("not_found", "No such company is connected.");
}
