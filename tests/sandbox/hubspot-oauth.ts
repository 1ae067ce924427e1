import { type Request, type Response, Router } from "express";
import type { SandboxClock } from "./clock.ts";
import { ApiFailure, bearerToken, queryText } from "./http.ts";
import { verifierFits } from "./pkce.ts";
import type { Random } from "./random.ts";

const ACCESS_TOKEN_S = 1800;
const CODE_S = 60;

interface Grant {
  portalId: number;
  scopes: string[];
}
interface Code extends Grant {
  redirectUri: string;
  challenge: string | null;
  expiresAt: number;
}
interface AccessToken extends Grant {
  /** `null` = a private app's token, which does not expire. */
  expiresAt: number | null;
}

export type TokenState = { kind: "valid"; portalId: number } | { kind: "expired" } | { kind: "unknown" };

/** Tokens of HubSpot's app: 30 minutes of access, refresh tokens that last until the app is uninstalled. */
export class HubspotOauth {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: number;
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #portalIds: readonly number[];
  readonly #codes = new Map<string, Code>();
  readonly #access = new Map<string, AccessToken>();
  readonly #refresh = new Map<string, Grant>();

  constructor(options: { clock: SandboxClock; random: Random; appId: number; portalIds: readonly number[] }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.appId = options.appId;
    this.#portalIds = options.portalIds;
    this.clientId = this.#random.uuid();
    this.clientSecret = this.#random.uuid();
  }

  privateAppToken(portalId: number): string {
    const token = `pat-eu1-${this.#random.uuid()}`;
    this.#access.set(token, { portalId, scopes: [], expiresAt: null });
    return token;
  }

  stateOf(token: string | null): TokenState {
    const known = token === null ? undefined : this.#access.get(token);
    if (known === undefined) return { kind: "unknown" };
    if (known.expiresAt !== null && known.expiresAt <= this.#clock.ms()) return { kind: "expired" };
    return { kind: "valid", portalId: known.portalId };
  }

  /** Makes all expiring access tokens expire now, as 30 minutes of waiting would. */
  expireTokens(): void {
    for (const token of this.#access.values()) if (token.expiresAt !== null) token.expiresAt = 0;
  }

  /** Takes the app out of the portal: its tokens are dead at once, a private app's too. */
  uninstall(portalId: number): void {
    for (const [token, grant] of this.#access) if (grant.portalId === portalId) this.#access.delete(token);
    for (const [token, grant] of this.#refresh) if (grant.portalId === portalId) this.#refresh.delete(token);
  }

  /** What the consent page does when the admin agrees. @returns where the browser is sent */
  authorize(req: Request): string {
    const redirectUri = queryText(req, "redirect_uri");
    if (queryText(req, "client_id") !== this.clientId) throw consentError("client_id is not of a known app");
    if (redirectUri === undefined || !URL.canParse(redirectUri))
      throw consentError("redirect_uri is missing");
    const asked = Number(req.params["portalId"] ?? queryText(req, "portalId") ?? this.#portalIds[0]);
    if (!this.#portalIds.includes(asked)) throw consentError("no such account");
    const code = this.#random.uuid();
    this.#codes.set(code, {
      portalId: asked,
      scopes: (queryText(req, "scope") ?? "oauth").split(/[ ,]+/).filter((scope) => scope !== ""),
      redirectUri,
      challenge: queryText(req, "code_challenge") ?? null,
      expiresAt: this.#clock.ms() + CODE_S * 1000,
    });
    const target = new URL(redirectUri);
    target.searchParams.set("code", code);
    const state = queryText(req, "state");
    if (state !== undefined) target.searchParams.set("state", state);
    return target.href;
  }

  token(form: Record<string, string | undefined>) {
    this.#assertClient(form);
    if (form["grant_type"] === "authorization_code") return this.#exchange(form);
    if (form["grant_type"] === "refresh_token") return this.#renew(form);
    throw oauthError("unsupported_grant_type", "BAD_GRANT_TYPE", "grant_type is not supported");
  }

  introspect(form: Record<string, string | undefined>) {
    this.#assertClient(form);
    const token = form["token"] ?? form["access_token"] ?? form["refresh_token"] ?? "";
    const access = this.#access.get(token);
    const grant = access ?? this.#refresh.get(token);
    if (grant === undefined || (access !== undefined && this.stateOf(token).kind !== "valid"))
      return { active: false };
    const expiresAt = access?.expiresAt ?? null;
    return {
      active: true,
      token_use: access === undefined ? "refresh_token" : "access_token",
      hub_id: grant.portalId,
      hub_domain: `portal-${grant.portalId}.example`,
      user: "admin@vendor.example",
      user_id: 71,
      app_id: this.appId,
      client_id: this.clientId,
      scopes: grant.scopes,
      ...(expiresAt !== null && { expires_in: Math.floor((expiresAt - this.#clock.ms()) / 1000) }),
    };
  }

  revoke(form: Record<string, string | undefined>): void {
    this.#assertClient(form);
    this.#access.delete(form["token"] ?? "");
    this.#refresh.delete(form["token"] ?? "");
  }

  #exchange(form: Record<string, string | undefined>) {
    const code = this.#codes.get(form["code"] ?? "");
    this.#codes.delete(form["code"] ?? ""); // single use, also when the rest is wrong
    if (code === undefined || code.expiresAt <= this.#clock.ms()) {
      throw oauthError("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code");
    }
    if (code.redirectUri !== form["redirect_uri"]) {
      throw oauthError("invalid_grant", "MISMATCH_REDIRECT_URI_AUTH_CODE", "redirect_uri does not match");
    }
    if (!verifierFits(code.challenge, form["code_verifier"])) {
      throw oauthError("invalid_grant", "BAD_CODE_VERIFIER", "code_verifier does not match");
    }
    const refresh = `eu1-${this.#random.uuid()}`;
    this.#refresh.set(refresh, { portalId: code.portalId, scopes: code.scopes });
    return this.#issue(refresh, code);
  }

  #renew(form: Record<string, string | undefined>) {
    const refresh = form["refresh_token"] ?? "";
    const grant = this.#refresh.get(refresh);
    if (grant === undefined)
      throw oauthError("invalid_grant", "BAD_REFRESH_TOKEN", "missing or unknown refresh token");
    return this.#issue(refresh, grant);
  }

  #issue(refreshToken: string, { portalId, scopes }: Grant) {
    const accessToken = this.#random.hex(64);
    this.#access.set(accessToken, { portalId, scopes, expiresAt: this.#clock.ms() + ACCESS_TOKEN_S * 1000 });
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: ACCESS_TOKEN_S,
      token_type: "bearer",
      token_use: "access_token",
      hub_id: portalId,
      user_id: 71,
      scopes,
    };
  }

  #assertClient(form: Record<string, string | undefined>): void {
    if (form["client_id"] === this.clientId && form["client_secret"] === this.clientSecret) return;
    throw oauthError("invalid_client", "BAD_CLIENT_ID", "missing or invalid client id or secret");
  }
}

const consentError = (message: string) =>
  new ApiFailure(400, `<h1>Authorization failed</h1><p>${message}</p>`);
const oauthError = (error: string, status: string, message: string) =>
  new ApiFailure(400, { error, error_description: message, status, message });

const formOf = (req: Request): Record<string, string | undefined> => {
  if (!req.is("application/x-www-form-urlencoded")) {
    throw oauthError("invalid_request", "BAD_REQUEST", "the parameters belong in a form body");
  }
  return req.body as Record<string, string | undefined>;
};

/** Consent page, token endpoints and uninstalling. Mounted at the root; needs no bearer token. */
export function hubspotOauthRoutes(oauth: HubspotOauth): Router {
  const router = Router();
  router.get(["/oauth/authorize", "/oauth/:portalId/authorize"], (req, res) =>
    res.redirect(oauth.authorize(req)),
  );
  router.post("/oauth/2026-03/token", (req, res) => res.json(oauth.token(formOf(req))));
  router.post("/oauth/2026-03/token/introspect", (req, res) => res.json(oauth.introspect(formOf(req))));
  router.post("/oauth/2026-03/token/revoke", (req, res) => {
    oauth.revoke(formOf(req));
    res.status(200).json({});
  });
  router.delete("/appinstalls/2026-03/external-install", (req: Request, res: Response) => {
    const state = oauth.stateOf(bearerToken(req));
    if (state.kind !== "valid")
      throw new ApiFailure(401, { status: "error", category: "INVALID_AUTHENTICATION" });
    oauth.uninstall(state.portalId);
    res.status(204).end();
  });
  return router;
}
