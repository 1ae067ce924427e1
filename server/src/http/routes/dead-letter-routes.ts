import type { RequestHandler } from "express";
import { z } from "zod";
import { listDeadLetters } from "../../services/list-dead-letters.ts";
import { settleDeadLetters } from "../../services/settle-dead-letters.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf } from "./tenant-of.ts";

const listQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export const chosenBody = z.union([
  z.strictObject({ ids: z.array(z.string().min(1).max(300)).min(1).max(1000) }),
  z.strictObject({ all: z.literal(true) }),
]);

/** What was given up: values that a platform does not take, records that it does not show. */
export const deadLetterRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/dead-letters",
    action: "dead_letters.read",
    summary: "Writes and reads that were given up, with the reason",
    query: listQuery,
    answer: { description: "Dead letters, newest first" },
    handle: async (req, res) => {
      const { limit } = parseRequest(listQuery, req.query);
      res.json({ deadLetters: await listDeadLetters(deps, await tenantOf(deps, req, res), limit) });
    },
  },
  {
    method: "post",
    path: "/dead-letters/replay",
    action: "dead_letters.replay",
    summary: "Tries them again at once",
    body: chosenBody,
    answer: { description: "How many", schema: z.object({ count: z.int() }) },
    handle: settle(deps, "replay"),
  },
  {
    method: "post",
    path: "/dead-letters/discard",
    action: "dead_letters.discard",
    summary: "Takes them off the list; nothing is written until something else is to be shown",
    body: chosenBody,
    answer: { description: "How many", schema: z.object({ count: z.int() }) },
    handle: settle(deps, "discard"),
  },
];

function settle(deps: HttpDeps, deed: "replay" | "discard"): RequestHandler {
  return async (req, res) => {
    const chosen = parseRequest(chosenBody, req.body);
    const tenant = await tenantOf(deps, req, res);
    res.json({ count: await settleDeadLetters(deps, { tenant, actor: actorOf(res), deed, chosen }) });
  };
}
