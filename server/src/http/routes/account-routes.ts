import { accountHealthView, accountId, type HealthResult, maySeeFinancial } from "@bellwether/shared";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { Actor } from "../../services/actor.ts";
import { getAccountHealth } from "../../services/get-account-health.ts";
import type { StoredHealth } from "../../services/ports.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { accountOf, noAccount, tenantOf } from "./tenant-of.ts";

const accountsQuery = z.object({
  after: accountId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const historyQuery = z.object({
  since: z.iso
    .datetime()
    .refine((text) => text >= "1970", "must not be before 1970")
    .optional(),
});
const HALF_YEAR_MS = 183 * 86_400_000;

export const accountRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/accounts",
    action: "accounts.read",
    summary: "Accounts with their newest score",
    query: accountsQuery,
    answer: { description: "A page of accounts" },
    handle: listAccounts(deps),
  },
  {
    method: "get",
    path: "/accounts/:id/health",
    action: "health.read",
    summary: "Health of one account",
    answer: { description: "The account's health", schema: accountHealthView },
    handle: async (req, res) => {
      res.json(await getAccountHealth(deps, await tenantOf(deps, req, res), accountOf(req), actorOf(res)));
    },
  },
  {
    method: "get",
    path: "/accounts/:id/history",
    action: "history.read",
    summary: "Stored scores, oldest first",
    query: historyQuery,
    answer: { description: "The history; without the financial grant the numbers without their parts" },
    handle: getHistory(deps),
  },
];

function listAccounts(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const { after = null, limit } = parseRequest(accountsQuery, req.query);
    const page = await deps.accounts.list(await tenantOf(deps, req, res), { after, limit });
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

function getHistory(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const { since } = parseRequest(historyQuery, req.query);
    const from = since ? new Date(since) : new Date(deps.clock.now().getTime() - HALF_YEAR_MS);
    const [tenant, account] = [await tenantOf(deps, req, res), accountOf(req)];
    if ((await deps.accounts.find(tenant, account)) === null) throw noAccount();
    const history = await deps.scores.history(tenant, account, from);
    res.json({ history: history.map((entry) => shownTo(actorOf(res), entry)) });
  };
}

/** Parts of a score tell of deals and seats; without the financial grant the history has the numbers alone. */
function shownTo(actor: Actor, { result, isReconstructed }: StoredHealth): object {
  return { result: maySeeFinancial(actor.role, actor) ? result : numbersOf(result), isReconstructed };
}

/** A result without its parts. */
export const numbersOf = (result: HealthResult): object => ({
  status: result.status,
  healthScore: result.healthScore,
  calculatedScore: result.calculatedScore,
  band: result.band,
  segment: result.segment,
  coverage: result.coverage,
  confidence: result.confidence,
  churnBand: result.churnBand,
  isAtRisk: result.atRisk.isAtRisk,
  churnRisk: result.churnRisk.probability,
  lostAt: result.lostAt,
  scoredAt: result.scoredAt,
  scorecardVersion: result.scorecardVersion,
});
