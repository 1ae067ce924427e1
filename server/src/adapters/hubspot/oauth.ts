import { portalId } from "@bellwether/shared";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { Clock, ConnectionSecrets, OAuthPlatform } from "../../services/ports.ts";
import { HubspotRefusal } from "./api-error.ts";
import { PATHS } from "./api-version.ts";
import { checked } from "./client.ts";
import { PortalClient } from "./portal-client.ts";
import { type HubspotHttpDeps, hubspotFetches } from "./portal-http.ts";

/** What the app's metadata file asks for; both lists have to agree with it. Sources: HubSpot, scopes. */
export const HUBSPOT_SCOPES = [
  "oauth",
  "crm.objects.companies.read",
  "crm.objects.companies.write",
  "crm.schemas.companies.write",
  "crm.objects.contacts.read",
  "crm.objects.deals.read",
  "tickets",
] as const;
export const HUBSPOT_OPTIONAL_SCOPES = ["crm.objects.feedback_submissions.read"] as const;

export interface HubspotOAuthDeps extends HubspotHttpDeps {
  authorizeUrl: string;
  clientId: string;
  clientSecret: string;
  clock: Clock;
}

export interface HubspotOAuth extends OAuthPlatform {
  /** @throws {PlatformError} `unauthorized` only when the grant itself is gone; what may pass is `unavailable` */
  refresh(refreshToken: string): Promise<Partial<ConnectionSecrets>>;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  /** Seconds. */
  expires_in: z.number().positive(),
  hub_id: portalId.optional(),
  scopes: z.array(z.string()).optional(),
});
const introspection = z.object({ hub_id: portalId, scopes: z.array(z.string()).optional() });

export function createHubspotOAuth(deps: HubspotOAuthDeps): HubspotOAuth {
  const client = new PortalClient(deps.apiUrl, hubspotFetches(deps, "oauth").live);
  const credentials = { client_id: deps.clientId, client_secret: deps.clientSecret };

  async function post<T>(
    path: string,
    form: Record<string, string>,
    schema: z.ZodType<T>,
    maxAttempts?: number,
  ): Promise<T> {
    const answer = await client.apiRequest({
      method: "POST",
      path,
      body: new URLSearchParams({ ...form, ...credentials }).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      defaultJson: false,
      ...(maxAttempts !== undefined && { maxAttempts }),
    });
    const { body } = await checked({ method: "POST", path }, answer);
    const parsed = schema.safeParse(body);
    // The answer holds tokens, so neither it nor the parser's words about it go into the message.
    if (!parsed.success)
      throw new PlatformError("unavailable", `HubSpot's answer to POST ${path} is incomplete`);
    return parsed.data;
  }

  const introspect = (token: string) =>
    // The specification names the field `token`, the guide `access_token`.
    post(PATHS.introspect, { token_type_hint: "access_token", token, access_token: token }, introspection);

  const secretsOf = (answer: z.infer<typeof tokenAnswer>) => ({
    accessToken: answer.access_token,
    ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
    expiresAt: new Date(deps.clock.now().getTime() + answer.expires_in * 1000),
  });

  return {
    authorizeUrl({ state, codeChallenge, redirectUri }) {
      const url = new URL(deps.authorizeUrl);
      const parameters = {
        client_id: deps.clientId,
        redirect_uri: redirectUri,
        scope: HUBSPOT_SCOPES.join(" "),
        optional_scope: HUBSPOT_OPTIONAL_SCOPES.join(" "),
        state,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      url.search = url.search.replaceAll("+", "%20"); // as HubSpot writes its install links
      return url.toString();
    },

    async exchange({ code, codeVerifier, redirectUri }) {
      const form = {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
      };
      // A code works once: an attempt whose answer was lost cannot be repeated.
      const answer = await post(PATHS.token, form, tokenAnswer, 1);
      const about = answer.hub_id && answer.scopes ? null : await introspect(answer.access_token);
      const externalId = answer.hub_id ?? about?.hub_id;
      if (externalId === undefined)
        throw new PlatformError("rejected", "HubSpot did not say whose token it is");
      return {
        externalId,
        scopes: answer.scopes ?? about?.scopes ?? [],
        secrets: { refreshToken: null, webhookSecret: null, appSecret: null, ...secretsOf(answer) },
      };
    },

    async refresh(refreshToken) {
      const form = { grant_type: "refresh_token", refresh_token: refreshToken };
      try {
        return secretsOf(await post(PATHS.token, form, tokenAnswer));
      } catch (error) {
        throw refreshError(error);
      }
    },
  };
}

/** Only a grant that is gone for good may lead to a disconnected portal; a refused client is our own trouble. */
function refreshError(error: unknown): unknown {
  if (!(error instanceof HubspotRefusal)) return error;
  const { status } = error;
  if (error.isGrantGone)
    return new PlatformError("unauthorized", "HubSpot no longer accepts the refresh token", {
      status,
      cause: error,
    });
  return new PlatformError("unavailable", error.message, { status, cause: error });
}
