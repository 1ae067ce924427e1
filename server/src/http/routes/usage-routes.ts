import { usageMap } from "@bellwether/shared";
import type { Request } from "express";
import { z } from "zod";
import { changeUsageMap } from "../../services/change-usage-map.ts";
import { createWriteKey } from "../../services/create-write-key.ts";
import { AppError } from "../../services/errors.ts";
import type { WriteKey } from "../../services/ports.ts";
import { revokeWriteKey } from "../../services/revoke-write-key.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf } from "./tenant-of.ts";

const newWriteKey = z.object({
  /** Which product, and where it runs. */
  name: z.string().trim().min(1).max(120),
  /** A browser's key is answered across origins, and anybody who looks can read it. */
  kind: z.enum(["server", "browser"]),
});
const rejectedQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

const shown = ({ id, name, kind, createdBy, createdAt, revokedAt }: WriteKey): object => ({
  id,
  name,
  kind,
  createdBy,
  createdAt,
  revokedAt,
});

/** How a tenant's product is let in, and what became of what it sent. */
export const usageRoutes = (deps: HttpDeps): ApiRoute[] => [
  ...writeKeyRoutes(deps),
  {
    method: "get",
    path: "/intake/rejected",
    action: "intake.rejected",
    summary: "What the product or a platform sent that could not be used, and why, newest first",
    query: rejectedQuery,
    answer: { description: "Rejected events" },
    handle: async (req, res) => {
      const { limit } = parseRequest(rejectedQuery, req.query);
      res.json({ events: await deps.usage.rejected(await tenantOf(deps, req, res), limit) });
    },
  },
  {
    method: "get",
    path: "/usage-map",
    action: "usage_map.read",
    summary: "Which of the product's events are logins, and which feature an event uses",
    answer: { description: "The map", schema: usageMap },
    handle: async (req, res) => {
      res.json(await deps.usage.map(await tenantOf(deps, req, res)));
    },
  },
  {
    method: "put",
    path: "/usage-map",
    action: "usage_map.change",
    summary: "Changes what events mean from now on; days that are counted stay as they are",
    body: usageMap,
    answer: { description: "The map", schema: usageMap },
    handle: async (req, res) => {
      const map = parseRequest(usageMap, req.body);
      await changeUsageMap(deps, { tenant: await tenantOf(deps, req, res), actor: actorOf(res), map });
      res.json(map);
    },
  },
];

const writeKeyRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "post",
    path: "/write-keys",
    action: "write_key.create",
    summary: "A new key for the product to send its events with; the key itself is shown this once",
    body: newWriteKey,
    answer: {
      status: 201,
      description: "The key",
      schema: z.object({ id: z.uuid(), name: z.string(), writeKey: z.string() }),
    },
    handle: async (req, res) => {
      const wanted = parseRequest(newWriteKey, req.body);
      const { newSecret, sha256 } = deps.connect;
      const made = await createWriteKey(
        { ...deps, newSecret, sha256 },
        { tenant: await tenantOf(deps, req, res), actor: actorOf(res), ...wanted },
      );
      res.status(201).json(made);
    },
  },
  {
    method: "get",
    path: "/write-keys",
    action: "write_key.list",
    summary: "Write keys, without themselves",
    answer: { description: "Write keys" },
    handle: async (req, res) => {
      const keys = await deps.writeKeys.list(await tenantOf(deps, req, res));
      res.json({ writeKeys: keys.map(shown) });
    },
  },
  {
    method: "delete",
    path: "/write-keys/:id",
    action: "write_key.revoke",
    summary: "Revokes a write key; within seconds it opens nothing any more",
    answer: { status: 204, description: "Revoked" },
    handle: async (req, res) => {
      const tenant = await tenantOf(deps, req, res);
      await revokeWriteKey(deps, { tenant, actor: actorOf(res), id: keyIdOf(req) });
      deps.writeKeyDirectory.forget();
      res.status(204).end();
    },
  },
];

function keyIdOf(req: Request): string {
  const parsed = z.uuid().safeParse(req.params["id"]);
  if (!parsed.success) throw new AppError("not_found", "There is no such write key.");
  return parsed.data;
}
