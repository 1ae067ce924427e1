import { type Request, Router } from "express";
import type { SandboxClock } from "./clock.ts";
import { ApiFailure, bearerToken, queryText } from "./http.ts";
import { verifierFits } from "./pkce.ts";
import type { Random } from "./random.ts";

const CODE_S = 120;
/** Bounds and default of a lifetime that the caller may ask for, in seconds. */
const ACCESS_S = { low: 300, high: 172_800, usual: 1_800 };
const REFRESH_S = { low: 604_800, high: 7_776_000, usual: 2_592_000 };

interface Code {
  redirectUri: string;
  challenge: string | null;
  scope: string;
  expiresAt: number;
}
interface Pair {
  access: string;
  refresh: string;
  scope: string;
  accessExpiresAt: number;
  refreshExpiresAt: number;
}
type Input = Record<string, unknown>;

/** Tokens of a global OAuth client: a refresh works once and kills both tokens of its pair. */
export class ZendeskOauth {
  readonly clientId = "zdg-bellwether-sandbox";
  readonly clientSecret: string;
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #codes = new Map<string, Code>();
  #pairs: Pair[] = [];
  #fixed: string | null = null;

  constructor(options: { clock: SandboxClock; random: Random }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.clientSecret = this.#random.hex(64);
  }

  /** A token that does not expire, for one-company mode. */
  fixedToken(): string {
    this.#fixed ??= this.#random.hex(64);
    return this.#fixed;
  }

  isValid(token: string | null): boolean {
    if (token === null) return false;
    const now = this.#clock.ms();
    return (
      token === this.#fixed || this.#pairs.some((pair) => pair.access === token && pair.accessExpiresAt > now)
    );
  }

  expireTokens(): void {
    for (const pair of this.#pairs) pair.accessExpiresAt = 0;
  }

  /** The admin takes the consent back: all tokens are dead, the fixed one too. */
  revokeAll(): void {
    this.#pairs = [];
    this.#fixed = null;
  }

  revoke(token: string | null): void {
    this.#pairs = this.#pairs.filter(({ access }) => access !== token);
  }

  authorize(req: Request): string {
    const redirectUri = queryText(req, "redirect_uri");
    const isKnown =
      queryText(req, "client_id") === this.clientId && queryText(req, "response_type") === "code";
    if (!isKnown || redirectUri === undefined || !URL.canParse(redirectUri)) {
      throw new ApiFailure(400, "<h1>Invalid authorization request</h1>");
    }
    const code = this.#random.hex(40);
    this.#codes.set(code, {
      redirectUri,
      challenge: queryText(req, "code_challenge") ?? null,
      scope: queryText(req, "scope") ?? "read",
      expiresAt: this.#clock.ms() + CODE_S * 1000,
    });
    const target = new URL(redirectUri);
    target.searchParams.set("code", code);
    const state = queryText(req, "state");
    if (state !== undefined) target.searchParams.set("state", state);
    return target.href;
  }

  token(input: Input) {
    if (input["client_id"] !== this.clientId || input["client_secret"] !== this.clientSecret) {
      throw refused(401, "invalid_client", "Client authentication failed");
    }
    if (input["grant_type"] === "authorization_code") return this.#exchange(input);
    if (input["grant_type"] === "refresh_token") return this.#renew(input);
    throw refused(400, "unsupported_grant_type", "The grant type is not supported");
  }

  #exchange(input: Input) {
    const key = String(input["code"]);
    const code = this.#codes.get(key);
    this.#codes.delete(key);
    const verifier = typeof input["code_verifier"] === "string" ? input["code_verifier"] : undefined;
    const isGood =
      code !== undefined &&
      code.expiresAt > this.#clock.ms() &&
      code.redirectUri === input["redirect_uri"] &&
      verifierFits(code.challenge, verifier);
    if (!isGood) throw refused(400, "invalid_grant", "The code is invalid, expired or was used already");
    return this.#issue(code.scope, input);
  }

  #renew(input: Input) {
    const now = this.#clock.ms();
    const pair = this.#pairs.find(({ refresh }) => refresh === input["refresh_token"]);
    if (pair === undefined || pair.refreshExpiresAt <= now) {
      throw refused(400, "invalid_grant", "The refresh token is invalid, expired or was used already");
    }
    this.#pairs = this.#pairs.filter((other) => other !== pair);
    return this.#issue(pair.scope, input);
  }

  #issue(scope: string, input: Input) {
    const expiresIn = within(ACCESS_S, input["expires_in"]);
    const refreshExpiresIn = within(REFRESH_S, input["refresh_token_expires_in"]);
    const now = this.#clock.ms();
    const pair: Pair = {
      access: this.#random.hex(64),
      refresh: this.#random.hex(64),
      scope,
      accessExpiresAt: now + expiresIn * 1000,
      refreshExpiresAt: now + refreshExpiresIn * 1000,
    };
    this.#pairs.push(pair);
    return {
      access_token: pair.access,
      refresh_token: pair.refresh,
      token_type: "bearer",
      scope,
      expires_in: expiresIn,
      refresh_token_expires_in: refreshExpiresIn,
    };
  }
}

const refused = (status: number, error: string, description: string) =>
  new ApiFailure(status, { error, error_description: description });

function within(bounds: { low: number; high: number; usual: number }, wanted: unknown): number {
  const seconds = wanted === undefined ? bounds.usual : Number(wanted);
  if (seconds >= bounds.low && seconds <= bounds.high) return seconds;
  throw refused(400, "invalid_request", `a lifetime is ${bounds.low} to ${bounds.high} s`);
}

/** Consent page and token endpoint; mounted at the root, without a bearer token. */
export function zendeskOauthRoutes(oauth: ZendeskOauth): Router {
  const router = Router();
  router.get("/oauth/authorizations/new", (req, res) => res.redirect(oauth.authorize(req)));
  router.post("/oauth/tokens", (req, res) => res.json(oauth.token((req.body ?? {}) as Input)));
  router.delete("/api/v2/oauth/tokens/current", (req, res) => {
    const token = bearerToken(req);
    if (!oauth.isValid(token)) throw refused(401, "invalid_token", "The access token is not valid");
    oauth.revoke(token);
    res.status(204).end();
  });
  return router;
}
