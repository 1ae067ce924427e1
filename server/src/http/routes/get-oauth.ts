import type { Platform } from "@bellwether/shared";
import type { CookieOptions, Request, RequestHandler } from "express";
import { z } from "zod";
import { finishInstall, startInstall } from "../../services/connect-tenant.ts";
import { AppError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { calledUrl } from "../middleware/signed-request.ts";
import { connectedPage } from "../pages/connected.ts";
import { parseRequest } from "../parse-request.ts";

const FLOW_COOKIE = "bellwether_install";
const TENANT_COOKIE = "bellwether_tenant";
const MAX_AGE_MS = 60 * 60_000;

const redirectUri = (deps: HttpDeps, req: Request, platform: Platform): string =>
  `${new URL(calledUrl(deps.settings.publicUrl, req)).origin}/oauth/${platform}/callback`;

/** Lax, because the platform sends the browser back from another site; never readable by scripts. */
const cookie = (uri: string): CookieOptions => ({
  httpOnly: true,
  sameSite: "lax",
  secure: uri.startsWith("https:"),
  path: "/oauth",
  maxAge: MAX_AGE_MS,
});

function cookieOf(req: Request, name: string): string | null {
  const pairs = (req.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([key]) => key === name)?.[1] ?? null;
}

export function getOauthInstall(deps: HttpDeps, platform: Platform): RequestHandler {
  return (req, res) => {
    const uri = redirectUri(deps, req, platform);
    const { subdomain } = parseRequest(z.object({ subdomain: z.string().optional() }), req.query);
    const start = startInstall(deps.connect, {
      platform,
      subdomain,
      sealedTenant: cookieOf(req, TENANT_COOKIE),
      redirectUri: uri,
    });
    res.cookie(FLOW_COOKIE, start.sealedFlow, cookie(uri));
    res.redirect(302, start.authorizeUrl);
  };
}

const answer = z.object({
  code: z.string().max(2_000).optional(),
  state: z.string().max(200).default(""),
  error: z.string().max(200).optional(),
});

export function getOauthCallback(deps: HttpDeps, platform: Platform): RequestHandler {
  return async (req, res) => {
    const { code, state, error } = parseRequest(answer, req.query);
    if (code === undefined)
      throw new AppError(
        "request_invalid",
        `${platform} did not grant access (${error ?? "no code in its answer"}). Start the install again.`,
      );
    const uri = redirectUri(deps, req, platform);
    const installed = await finishInstall(deps.connect, {
      platform,
      code,
      state,
      sealedFlow: cookieOf(req, FLOW_COOKIE),
      redirectUri: uri,
    });
    res.clearCookie(FLOW_COOKIE, { path: "/oauth" });
    res.cookie(TENANT_COOKIE, installed.sealedTenant, cookie(uri));
    res.type("html").send(connectedPage(installed));
  };
}
