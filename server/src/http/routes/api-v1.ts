import { accountId, type TenantId, tenantId } from "@bellwether/shared";
import { type Request, type RequestHandler, Router } from "express";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import { getAccountHealth } from "../../services/get-account-health.ts";
import type { HttpDeps } from "../deps.ts";
import { requireToken } from "../middleware/bearer.ts";
import { parseRequest } from "../parse-request.ts";

const tenantQuery = z.object({ tenantId: tenantId.optional() });
export const accountsQuery = z.object({
  after: accountId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const historyQuery = z.object({
  since: z.iso
    .datetime()
    .refine((text) => text >= "1970", "must not be before 1970")
    .optional(),
});
const HALF_YEAR_MS = 183 * 86_400_000;

/** With one tenant there is no need to name it. @throws {AppError} `request_invalid` */
async function tenantOf(deps: HttpDeps, req: Request): Promise<TenantId> {
  const named = parseRequest(tenantQuery, req.query).tenantId;
  if (named) return named;
  const tenants = [...new Set((await deps.connections.list()).map((c) => c.tenantId))];
  const [only] = tenants;
  if (tenants.length === 1 && only) return only;
  if (tenants.length === 0) throw new AppError("not_found", "No platform is connected yet.");
  throw new AppError("request_invalid", "tenantId: several companies are connected, name one");
}

const noAccount = (): AppError => new AppError("not_found", "No account belongs to this record.");

const accountOf = (req: Request) => {
  const parsed = accountId.safeParse(req.params["id"]);
  if (!parsed.success) throw noAccount();
  return parsed.data;
};

const ADMIN = { role: "admin", financial: true } as const;

/** Bearer token with a role; ADMIN_TOKEN is one with the admin role. */
export function apiV1(deps: HttpDeps): Router {
  const router = Router();
  router.use(requireToken(deps.settings.adminToken, "ADMIN_TOKEN"));
  router.get("/accounts", listAccounts(deps));
  router.get("/accounts/:id/health", async (req, res) => {
    res.json(await getAccountHealth(deps, await tenantOf(deps, req), accountOf(req), ADMIN));
  });
  router.get("/accounts/:id/history", async (req, res) => {
    const { since } = parseRequest(historyQuery, req.query);
    const from = since ? new Date(since) : new Date(deps.clock.now().getTime() - HALF_YEAR_MS);
    const [tenant, account] = [await tenantOf(deps, req), accountOf(req)];
    if ((await deps.accounts.find(tenant, account)) === null) throw noAccount();
    res.json({ history: await deps.scores.history(tenant, account, from) });
  });
  router.get("/intake/counts", async (req, res) => {
    res.json(await deps.events.counts(await tenantOf(deps, req)));
  });
  router.get("/connections", async (_req, res) => {
    res.json({ connections: await deps.connections.list() });
  });
  router.get("/backfill", getBackfill(deps));
  router.get("/write-backs", async (req, res) => {
    res.json({ writeBacks: await deps.outbox.recent(await tenantOf(deps, req), 100) });
  });
  return router;
}

function listAccounts(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const { after = null, limit } = parseRequest(accountsQuery, req.query);
    const page = await deps.accounts.list(await tenantOf(deps, req), { after, limit });
    const accounts = page.accounts.map(({ latest, ...account }) => ({
      ...account,
      healthScore: latest?.result.healthScore ?? null,
      band: latest?.result.band ?? null,
      segment: latest?.result.segment ?? null,
      isAtRisk: latest?.result.atRisk.isAtRisk ?? null,
      churnRisk: latest?.result.churnRisk.probability ?? null,
      confidence: latest?.result.confidence ?? null,
      scoredAt: latest?.result.scoredAt ?? null,
    }));
    res.json({ accounts, next: page.next });
  };
}

function getBackfill(deps: HttpDeps): RequestHandler {
  return async (_req, res) => {
    const connections = await Promise.all(
      (await deps.connections.list()).map(async (connection) => ({
        connectionId: connection.id,
        platform: connection.platform,
        externalId: connection.externalId,
        status: connection.status,
        statusReason: connection.statusReason,
        objects: (await deps.ledger.progress(connection.id)).map(
          ({ connectionId: _, cursor: __, ...rest }) => rest,
        ),
        isDone: connection.syncedAt !== null,
      })),
    );
    res.json({ connections });
  };
}
