import { subdomain as subdomainSchema } from "@bellwether/shared";
import { z } from "zod";
import { AppError, PlatformError } from "../../services/errors.ts";
import type { Clock, ConnectionSecrets, OAuthPlatform } from "../../services/ports.ts";
import { accountOrigin, allowOrigins } from "../platform/allowed-origins.ts";
import { createOutgoingFetch, HTTP_DEFAULTS } from "../platform/outgoing-http.ts";
import { kindOf } from "../platform/retry-rules.ts";
import type { TimeSource } from "../platform/time-source.ts";

/** Fields, exports and surveys need the broad ones; narrower scopes do not cover them all. */
export const ZENDESK_SCOPES = "read write";

export interface ZendeskOAuthDeps {
  /** `https://{subdomain}.zendesk.com`, or an origin for all. */
  zendeskUrl: string;
  clientId: string;
  clientSecret: string;
  clock: Clock;
  time: TimeSource;
}

export type TokenSet = Pick<ConnectionSecrets, "accessToken" | "refreshToken" | "expiresAt">;

export interface ZendeskOAuth extends OAuthPlatform {
  /**
   * Spends the refresh token: Zendesk deletes both old tokens and answers new ones, which must be stored at once.
   * @throws {PlatformError} `unauthorized` when the grant is gone for good; other kinds pass
   */
  refresh(subdomain: string, refreshToken: string): Promise<TokenSet>;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  /** Seconds; missing = does not expire. */
  expires_in: z.number().positive().nullish(),
  scope: z.string().nullish(),
});
type TokenAnswer = z.infer<typeof tokenAnswer>;

export function createZendeskOAuth(deps: ZendeskOAuthDeps): ZendeskOAuth {
  const own = { client_id: deps.clientId, client_secret: deps.clientSecret };
  return {
    authorizeUrl({ externalId, state, codeChallenge, redirectUri }) {
      const url = new URL("/oauth/authorizations/new", originOf(deps, externalId));
      url.search = new URLSearchParams({
        response_type: "code",
        client_id: deps.clientId,
        redirect_uri: redirectUri,
        scope: ZENDESK_SCOPES,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
      }).toString();
      return url.href;
    },
    async exchange({ externalId, code, codeVerifier, redirectUri }) {
      const answer = await requestTokens(deps, externalId, {
        grant_type: "authorization_code",
        code,
        ...own,
        redirect_uri: redirectUri,
        scope: ZENDESK_SCOPES,
        code_verifier: codeVerifier,
      });
      return {
        externalId: subdomainSchema.parse(externalId),
        scopes: (answer.scope ?? ZENDESK_SCOPES).split(" ").filter(Boolean),
        secrets: { ...tokenSet(answer, deps.clock), webhookSecret: null, appSecret: null },
      };
    },
    async refresh(subdomain, refreshToken) {
      const grant = {
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        ...own,
        scope: ZENDESK_SCOPES,
      };
      return tokenSet(await requestTokens(deps, subdomain, grant), deps.clock);
    },
  };
}

/** @throws {AppError} `request_invalid`: the subdomain is what the admin typed */
function originOf(deps: ZendeskOAuthDeps, subdomain: string | null): string {
  const label = subdomainSchema.safeParse(subdomain);
  if (!label.success)
    throw new AppError("request_invalid", "subdomain must be the first part of your Zendesk address");
  return accountOrigin(deps.zendeskUrl, label.data);
}

const tokenSet = (answer: TokenAnswer, clock: Clock): TokenSet => ({
  accessToken: answer.access_token,
  refreshToken: answer.refresh_token ?? null,
  expiresAt: answer.expires_in ? new Date(clock.now().getTime() + answer.expires_in * 1000) : null,
});

/** Codes and refresh tokens work once, so the call is never repeated by itself. */
async function requestTokens(
  deps: ZendeskOAuthDeps,
  subdomain: string | null,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const origin = originOf(deps, subdomain);
  const post = createOutgoingFetch({
    ...HTTP_DEFAULTS,
    maxAttempts: 1,
    platformName: "Zendesk",
    allowed: allowOrigins(origin),
    limiters: [],
    time: deps.time,
  });
  const answer = await post(`${origin}/oauth/tokens`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(grant),
  });
  const text = await answer.text();
  if (!answer.ok) throw grantRefused(answer.status, text);
  const parsed = tokenAnswer.safeParse(parseJson(text));
  // neither the answer nor the schema's complaint goes into the message: both could carry a token
  if (!parsed.success) throw new PlatformError("unavailable", "Zendesk's token answer has no usable token");
  return parsed.data;
}

/**
 * Only `invalid_grant` says that the grant is gone. A wrong client id or secret is our own trouble, to be put right
 * in the settings; no tenant is disconnected for it.
 */
function grantRefused(status: number, text: string): PlatformError {
  const { error } = z
    .object({ error: z.string().catch("") })
    .catch({ error: "" })
    .parse(parseJson(text));
  if (error === "invalid_grant")
    return new PlatformError("unauthorized", "Zendesk no longer knows the grant", { status });
  const isOurs = status === 401 || error === "invalid_client" || error === "unauthorized_client";
  const kind = isOurs ? "unavailable" : kindOf(status);
  const code = /^[a-z_]{1,60}$/.test(error) ? ` (${error})` : "";
  return new PlatformError(kind, `Zendesk answered ${status} to a request for tokens${code}`, { status });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an error may come as a web page
  }
}
