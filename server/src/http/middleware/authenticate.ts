import type { RequestHandler } from "express";
import type { Actor } from "../../services/actor.ts";
import { actorOfToken } from "../../services/actor-of-token.ts";
import { AppError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { ADMIN, keepActor } from "./api-actor.ts";
import { bearerOf, isSame } from "./bearer.ts";

type Deps = Pick<HttpDeps, "settings" | "tokens" | "connect">;

/** ADMIN_TOKEN or a token with a role; keeps who asks. @throws {AppError} `token_invalid`, the same for all reasons */
export function authenticate(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    const given = bearerOf(req);
    const actor = given === null ? null : await actorOf(deps, given);
    if (actor === null) throw new AppError("token_invalid", "The bearer token is missing or wrong.");
    keepActor(res, actor);
    next();
  };
}

async function actorOf(deps: Deps, given: string): Promise<Actor | null> {
  const { adminToken } = deps.settings;
  if (adminToken !== null && isSame(given, adminToken)) return ADMIN;
  return actorOfToken({ tokens: deps.tokens, sha256: deps.connect.sha256 }, given);
}
