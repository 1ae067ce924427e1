import { roleSchema } from "@bellwether/shared";
import type { Request } from "express";
import { z } from "zod";
import { createToken } from "../../services/create-token.ts";
import { AppError } from "../../services/errors.ts";
import type { ApiToken } from "../../services/ports.ts";
import { revokeToken } from "../../services/revoke-token.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf } from "./tenant-of.ts";

const newToken = z
  .object({
    /** What or whom it is for. */
    name: z.string().trim().min(1).max(120),
    role: roleSchema,
    /** Whether its holder sees financial fields. */
    financial: z.boolean().default(false),
  })
  .refine((token) => !(token.financial && token.role === "agent"), {
    path: ["financial"],
    message: "agents never get financial fields",
  });

const shown = ({ id, name, role, financial, createdBy, createdAt, revokedAt }: ApiToken): object => ({
  id,
  name,
  role,
  financial,
  createdBy,
  createdAt,
  revokedAt,
});

export const tokenRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "post",
    path: "/tokens",
    action: "token.create",
    summary: "A new token with a role; the token itself is shown this once",
    body: newToken,
    answer: {
      status: 201,
      description: "The token",
      schema: z.object({
        id: z.uuid(),
        name: z.string(),
        role: roleSchema,
        financial: z.boolean(),
        token: z.string(),
      }),
    },
    handle: async (req, res) => {
      const wanted = parseRequest(newToken, req.body);
      const { newSecret, sha256 } = deps.connect;
      const made = await createToken(
        { ...deps, newSecret, sha256 },
        { tenant: await tenantOf(deps, req, res), actor: actorOf(res), ...wanted },
      );
      res.status(201).json(made);
    },
  },
  {
    method: "get",
    path: "/tokens",
    action: "token.list",
    summary: "Tokens, without themselves",
    answer: { description: "Tokens" },
    handle: async (req, res) => {
      const tokens = await deps.tokens.list(await tenantOf(deps, req, res));
      res.json({ tokens: tokens.map(shown) });
    },
  },
  {
    method: "delete",
    path: "/tokens/:id",
    action: "token.revoke",
    summary: "Revokes a token; it opens nothing from then on",
    answer: { status: 204, description: "Revoked" },
    handle: async (req, res) => {
      await revokeToken(deps, {
        tenant: await tenantOf(deps, req, res),
        actor: actorOf(res),
        id: tokenIdOf(req),
      });
      res.status(204).end();
    },
  },
];

function tokenIdOf(req: Request): string {
  const parsed = z.uuid().safeParse(req.params["id"]);
  if (!parsed.success) throw new AppError("not_found", "There is no such token.");
  return parsed.data;
}
