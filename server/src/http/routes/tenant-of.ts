import { type AccountId, accountId, type TenantId, tenantId } from "@bellwether/shared";
import type { Request, Response } from "express";
import { z } from "zod";
import type { Actor } from "../../services/actor.ts";
import { AppError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf, assertTenant, keepTenant } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";

export const tenantQuery = z.object({ tenantId: tenantId.optional() });

/** The actor's tenant; for ADMIN_TOKEN the named one, which with one tenant needs no naming. @throws {AppError} */
export async function tenantOf(
  deps: Pick<HttpDeps, "connections">,
  req: Request,
  res: Response,
): Promise<TenantId> {
  const tenant = await askedTenant(deps, req, actorOf(res));
  keepTenant(res, tenant);
  return tenant;
}

async function askedTenant(
  deps: Pick<HttpDeps, "connections">,
  req: Request,
  actor: Actor,
): Promise<TenantId> {
  const named = parseRequest(tenantQuery, req.query).tenantId ?? actor.tenantId;
  if (named) {
    assertTenant(actor, named);
    return named;
  }
  const tenants = [...new Set((await deps.connections.list()).map((c) => c.tenantId))];
  const [only] = tenants;
  if (tenants.length === 1 && only) return only;
  if (tenants.length === 0) throw new AppError("not_found", "No platform is connected yet.");
  throw new AppError("request_invalid", "tenantId: several companies are connected, name one");
}

/** For lists over all tenants: the actor's or the named one, `undefined` = all, for ADMIN_TOKEN alone. */
export function tenantsShownTo(req: Request, res: Response): TenantId | undefined {
  const actor = actorOf(res);
  const named = parseRequest(tenantQuery, req.query).tenantId ?? actor.tenantId ?? undefined;
  if (named) assertTenant(actor, named);
  return named;
}

export const noAccount = (): AppError => new AppError("not_found", "No account belongs to this record.");

/** The account in the path. @throws {AppError} `not_found` where it is no id */
export function accountOf(req: Request): AccountId {
  const parsed = accountId.safeParse(req.params["id"]);
  if (!parsed.success) throw noAccount();
  return parsed.data;
}

const versionName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/);

/** The version in the path. @throws {AppError} `not_found` where it cannot be the name of one */
export function versionOf(req: Request): string {
  const parsed = versionName.safeParse(req.params["version"]);
  if (!parsed.success) throw new AppError("not_found", "There is no such scorecard.");
  return parsed.data;
}
