import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { accountRoutes } from "./account-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import { backtestRoutes } from "./backtest-routes.ts";
import { churnModelRoutes } from "./churn-model-routes.ts";
import { correctionRoutes } from "./correction-routes.ts";
import { deadLetterRoutes } from "./dead-letter-routes.ts";
import { driftRoutes } from "./drift-routes.ts";
import { fieldMapRoutes } from "./field-map-routes.ts";
import { matchRoutes } from "./match-routes.ts";
import { operationRoutes } from "./operation-routes.ts";
import { outcomeRoutes } from "./outcome-routes.ts";
import { reconciliationRoutes } from "./reconciliation-routes.ts";
import { replayRoutes } from "./replay-routes.ts";
import { scorecardRoutes } from "./scorecard-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { usageRoutes } from "./usage-routes.ts";

/** Everything below `/api/v1`: mounted, guarded and documented from this list. */
export const apiRoutes = (deps: HttpDeps): ApiRoute[] => [
  ...accountRoutes(deps),
  ...correctionRoutes(deps),
  ...replayRoutes(deps),
  ...scorecardRoutes(deps),
  ...operationRoutes(deps),
  ...matchRoutes(deps),
  ...reconciliationRoutes(deps),
  ...deadLetterRoutes(deps),
  ...driftRoutes(deps),
  ...fieldMapRoutes(deps),
  ...backtestRoutes(deps),
  ...outcomeRoutes(deps),
  ...churnModelRoutes(deps),
  ...tokenRoutes(deps),
  ...usageRoutes(deps),
  ...auditRoutes(deps),
];
