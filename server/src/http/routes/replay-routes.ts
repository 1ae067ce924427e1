import { type HealthResult, maySeeFinancial } from "@bellwether/shared";
import { z } from "zod";
import type { Actor } from "../../services/actor.ts";
import { type Replay, replayScore } from "../../services/replay-score.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { numbersOf } from "./account-routes.ts";
import { accountOf, noAccount, tenantOf } from "./tenant-of.ts";

const replayQuery = z.object({
  /** The score in force at this moment. */
  at: z.iso.datetime(),
});

export const replayRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/accounts/:id/replay",
    action: "replay.read",
    summary: "A past score calculated once more, and compared with what was stored",
    query: replayQuery,
    answer: { description: "Both results and their differences; numbers alone without the financial grant" },
    handle: async (req, res) => {
      const { at } = parseRequest(replayQuery, req.query);
      const [tenant, account] = [await tenantOf(deps, req, res), accountOf(req)];
      if ((await deps.accounts.find(tenant, account)) === null) throw noAccount();
      res.json(shownTo(actorOf(res), await replayScore(deps, tenant, account, new Date(at))));
    },
  },
];

/** Parts of a score tell of deals and seats, and so do the differences between two. */
function shownTo(actor: Actor, { stored, recalculated, differences, ...replay }: Replay): object {
  const isOpen = maySeeFinancial(actor.role, actor);
  const shown = (result: HealthResult): object => (isOpen ? result : numbersOf(result));
  return {
    ...replay,
    stored: shown(stored),
    recalculated: shown(recalculated),
    differences: isOpen ? differences : [],
    differenceCount: differences.length,
  };
}
