import type { ZafRequest } from "../zaf/zaf-client.ts";
import type { Subject } from "./subject.ts";

export const REQUEST_TIMEOUT_MS = 12_000;
/** The proxy ends a call before this; waiting a little longer lets its own message win. */
export const PATIENCE_MS = REQUEST_TIMEOUT_MS + 3_000;
/** Long enough for a slow proxy, short enough to be worthless when copied. */
const TOKEN_SECONDS = 300;

/** Who is asking, for the token. It proves the Zendesk account only: its claims are made in the browser. */
export interface Asker {
  subdomain: string;
  userId: string;
}

/**
 * @param setting the app's `api_url`, as an admin typed it
 * @returns address without a trailing slash; `null` when it is not an http(s) address
 */
export function readApiUrl(setting: unknown): string | null {
  if (typeof setting !== "string") return null;
  try {
    const url = new URL(setting.trim());
    if (url.protocol !== "https:" && url.protocol !== "http:") return null;
    return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  } catch {
    return null; // not an address
  }
}

/** Where and about whom to ask. */
export interface AccountPlace {
  apiUrl: string;
  subject: Subject;
  asker: Asker;
}

export interface AccountCall {
  /** After `/api/zendesk/`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Present = a POST. */
  body?: object;
}

/** A call about one subject; the secret is put in and the token signed by Zendesk's proxy. */
export function accountRequest(
  { apiUrl, subject, asker }: AccountPlace,
  { path, query = {}, body }: AccountCall,
): ZafRequest {
  const parameters = new URLSearchParams({ [subject.by]: subject.id, ...query });
  return {
    url: `${apiUrl}/api/zendesk/${path}?${parameters}`,
    type: body === undefined ? "GET" : "POST",
    ...(body !== undefined && { data: JSON.stringify(body) }),
    headers: { Authorization: "Bearer {{jwt.token}}", Accept: "application/json" },
    contentType: "application/json",
    secure: true,
    cors: false,
    jwt: {
      algorithm: "HS256",
      secret_key: "{{setting.app_secret}}",
      expiry: TOKEN_SECONDS,
      claims: { iss: asker.subdomain, aud: "bellwether", sub: asker.userId },
    },
    timeout: REQUEST_TIMEOUT_MS,
  };
}
