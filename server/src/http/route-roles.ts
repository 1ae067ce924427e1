import type { Role } from "@bellwether/shared";

const EVERYONE = ["agent", "csm", "lead", "admin"] as const satisfies readonly Role[];
const TEAM = ["csm", "lead", "admin"] as const satisfies readonly Role[];
const LEADS = ["lead", "admin"] as const satisfies readonly Role[];
const ADMINS = ["admin"] as const satisfies readonly Role[];

/**
 * Who may call what below `/api/v1`, in one place. What a role sees in an answer is the policy's matter
 * (`shared/src/policy.ts`). A test walks the router and demands an entry for every route, and no other.
 */
export const ROUTE_ROLES: Readonly<Record<string, readonly Role[]>> = {
  "get /accounts": EVERYONE,
  "get /accounts/:id/health": EVERYONE,
  "get /accounts/:id/history": EVERYONE,
  "get /accounts/:id/explain": EVERYONE,
  "get /accounts/:id/corrections": EVERYONE,
  "post /accounts/:id/corrections": EVERYONE,
  "post /accounts/:id/corrections/:correctionId/withdraw": EVERYONE,
  "get /corrections/report": LEADS,
  "get /accounts/:id/replay": LEADS,
  "get /intake/counts": ADMINS,
  "get /connections": ADMINS,
  "get /backfill": ADMINS,
  "get /reconciliation": ADMINS,
  "post /reconciliation/run": ADMINS,
  "get /write-backs": LEADS,
  "get /dead-letters": LEADS,
  "post /dead-letters/replay": LEADS,
  "post /dead-letters/discard": LEADS,
  "get /drift": LEADS,
  "post /drift/restore": LEADS,
  "post /drift/accept": LEADS,
  "get /field-map": ADMINS,
  "put /field-map": ADMINS,
  "get /audit": LEADS,
  "get /scorecards": TEAM,
  "get /scorecards/activations": TEAM,
  "get /scorecards/:version": TEAM,
  "get /scorecards/:version/diff": TEAM,
  "get /scorecards/:version/definition": EVERYONE,
  "post /scorecards": TEAM,
  "put /scorecards/:version": TEAM,
  "delete /scorecards/:version": TEAM,
  "post /scorecards/:version/propose": TEAM,
  "post /scorecards/:version/approve": LEADS,
  "post /scorecards/:version/reject": TEAM,
  "post /scorecards/:version/activate": LEADS,
  "post /scorecards/rollback": LEADS,
  "get /scorecards/:version/preview": TEAM,
  "get /scorecards/:version/backtest": TEAM,
  "post /scorecards/:version/backtest": LEADS,
  "get /scorecards/:version/shadow": TEAM,
  "post /scorecards/:version/shadow": LEADS,
  "delete /scorecards/:version/shadow": LEADS,
  "get /accounts/:id/outcomes": TEAM,
  "post /accounts/:id/outcomes": TEAM,
  "delete /accounts/:id/outcomes/:outcome": TEAM,
  "get /outcomes/counts": TEAM,
  "post /outcomes": LEADS,
  "get /outcomes/settings": TEAM,
  "put /outcomes/settings": ADMINS,
  "get /churn-models": TEAM,
  "get /churn-models/runs": TEAM,
  "get /churn-models/monitor": TEAM,
  "get /churn-models/:version": TEAM,
  "get /churn-models/:version/report": TEAM,
  "post /churn-models/train": LEADS,
  "post /churn-models/rollback": LEADS,
  "post /churn-models/:version/propose": LEADS,
  "post /churn-models/:version/approve": LEADS,
  "post /churn-models/:version/reject": LEADS,
  "post /churn-models/:version/activate": LEADS,
  "post /write-keys": ADMINS,
  "get /write-keys": ADMINS,
  "delete /write-keys/:id": ADMINS,
  "get /intake/rejected": ADMINS,
  "get /usage-map": ADMINS,
  "put /usage-map": ADMINS,
  "get /matches": TEAM,
  "get /matches/actions": TEAM,
  "post /matches/confirm": LEADS,
  "post /matches/reject": LEADS,
  "post /matches/split": LEADS,
  "post /matches/merge": LEADS,
  "post /matches/undo": LEADS,
  "post /matches/bulk": LEADS,
  "get /tokens": ADMINS,
  "post /tokens": ADMINS,
  "delete /tokens/:id": ADMINS,
};

/** @throws {Error} for a route without an entry */
export function rolesOf({ method, path }: { method: string; path: string }): readonly Role[] {
  const roles = ROUTE_ROLES[`${method} ${path}`];
  if (roles === undefined) throw new Error(`${method} ${path} has no entry in ROUTE_ROLES`);
  return roles;
}
