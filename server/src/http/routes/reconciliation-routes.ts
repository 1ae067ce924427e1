import { listReconciliations } from "../../services/list-reconciliations.ts";
import { startReconciliation } from "../../services/start-reconciliation.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { tenantOf, tenantsShownTo } from "./tenant-of.ts";

/** Whether webhooks missed anything, and what was done about it. */
export const reconciliationRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/reconciliation",
    action: "reconciliation.read",
    summary: "What the nightly comparison with the platforms found and repaired",
    answer: { description: "Per connection: the last run, the one under way, and the next" },
    handle: async (req, res) => {
      res.json({ connections: await listReconciliations(deps, tenantsShownTo(req, res)) });
    },
  },
  {
    method: "post",
    path: "/reconciliation/run",
    action: "reconciliation.run",
    summary: "Compare everything with the platforms now",
    answer: { status: 202, description: "Begun, or going on" },
    handle: async (req, res) => {
      const runs = await startReconciliation(deps, await tenantOf(deps, req, res));
      const connections = runs.map(({ connectionId, startedAt }) => ({ connectionId, startedAt }));
      res.status(202).json({ connections });
    },
  },
];
