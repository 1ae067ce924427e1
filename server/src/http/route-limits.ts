/**
 * Calls a minute and tenant to routes that cost more than a read: they start jobs, score a whole book, calculate
 * again, or ask a platform. Per process; people come nowhere near. The others of a tenant, and other tenants, are not
 * limited by it. Corrections have their own limit, per person (`limitWrites`).
 */
export const ROUTE_LIMITS: Readonly<Record<string, number>> = {
  "get /scorecards/:version/preview": 120,
  "post /scorecards/:version/backtest": 20,
  "get /scorecards/:version/shadow": 120,
  "get /accounts/:id/replay": 600,
  "get /corrections/report": 60,
  "get /churn-models/monitor": 60,
  "post /churn-models/train": 20,
  "post /reconciliation/run": 20,
  "post /dead-letters/replay": 60,
  "post /drift/restore": 60,
  "post /matches/bulk": 60,
  "post /outcomes": 60,
  "post /tokens": 60,
  "post /write-keys": 60,
};
