import type { ZafRequest } from "../zaf/zaf-client.ts";
import type { Subject } from "./subject.ts";

export const REQUEST_TIMEOUT_MS = 12_000;
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

/** The call for one subject's health; the secret is put in and the token signed by Zendesk's proxy. */
export function healthRequest(apiUrl: string, subject: Subject, asker: Asker): ZafRequest {
  const query = new URLSearchParams({ [subject.by]: subject.id });
  return {
    url: `${apiUrl}/api/zendesk/account-health?${query}`,
    type: "GET",
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
