import type { RequestHandler } from "express";
import { z } from "zod";
import { listDrift } from "../../services/list-drift.ts";
import { settleDrift } from "../../services/settle-drift.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { chosenBody } from "./dead-letter-routes.ts";
import { tenantOf } from "./tenant-of.ts";

const listQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

/** Properties and fields of ours that somebody else changed. */
export const driftRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/drift",
    action: "drift.read",
    summary: "Our properties and fields that somebody else changed",
    query: listQuery,
    answer: { description: "Drift, newest first" },
    handle: async (req, res) => {
      const { limit } = parseRequest(listQuery, req.query);
      res.json({ drift: await listDrift(deps, await tenantOf(deps, req, res), limit) });
    },
  },
  {
    method: "post",
    path: "/drift/restore",
    action: "drift.restore",
    summary: "Writes our values over theirs",
    body: chosenBody,
    answer: { description: "How many", schema: z.object({ count: z.int() }) },
    handle: settle(deps, "restore"),
  },
  {
    method: "post",
    path: "/drift/accept",
    action: "drift.accept",
    summary: "Leaves theirs until our value changes next",
    body: chosenBody,
    answer: { description: "How many", schema: z.object({ count: z.int() }) },
    handle: settle(deps, "accept"),
  },
];

function settle(deps: HttpDeps, deed: "restore" | "accept"): RequestHandler {
  return async (req, res) => {
    const chosen = parseRequest(chosenBody, req.body);
    const tenant = await tenantOf(deps, req, res);
    res.json({ count: await settleDrift(deps, { tenant, actor: actorOf(res), deed, chosen }) });
  };
}
