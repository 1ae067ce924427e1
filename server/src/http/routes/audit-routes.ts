import { z } from "zod";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf } from "./tenant-of.ts";

const auditQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

export const auditRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/audit",
    action: "audit.read",
    summary: "Who did or was denied what, newest first",
    query: auditQuery,
    answer: { description: "Entries of the audit log" },
    handle: async (req, res) => {
      const { limit } = parseRequest(auditQuery, req.query);
      res.json({ entries: await deps.audit.recent(await tenantOf(deps, req, res), limit) });
    },
  },
];
