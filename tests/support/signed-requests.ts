import { createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { APP_SECRET } from "./one-company.ts";

/** A card's request as HubSpot's backend sends it: identity appended, signed over the final address. */
export async function getFromCard(
  url: string,
  query: Record<string, string>,
  secret: string,
  signedUrl = (full: string): string => full,
): Promise<Response> {
  const full = `${url}/api/hubspot/account-health?${new URLSearchParams(query)}`;
  const stamp = String(Date.now());
  // what HubSpot hashes has the address decoded where the reference says so; none of it occurs in these queries
  const signature = createHmac("sha256", secret)
    .update(`GET${signedUrl(full)}${stamp}`)
    .digest("base64");
  return fetch(full, {
    headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp },
  });
}

/** Any other request of a card: `path` after `/api/hubspot/`, with a body a POST. */
export async function askFromCard(
  url: string,
  path: string,
  query: Record<string, string>,
  secret: string,
  given?: unknown,
): Promise<Response> {
  const full = `${url}/api/hubspot/${path}?${new URLSearchParams(query)}`;
  const stamp = String(Date.now());
  const method = given === undefined ? "GET" : "POST";
  const body = given === undefined ? "" : JSON.stringify(given);
  const signature = createHmac("sha256", secret).update(`${method}${full}${body}${stamp}`).digest("base64");
  return fetch(full, {
    method,
    headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp },
    ...(body !== "" && { body }),
  });
}

/** Any other request of the sidebar: `path` after `/api/zendesk/`, with a body a POST. */
export const askFromSidebar = (
  url: string,
  path: string,
  query: Record<string, string>,
  token: string,
  given?: unknown,
): Promise<Response> =>
  fetch(`${url}/api/zendesk/${path}?${new URLSearchParams(query)}`, {
    method: given === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(given !== undefined && { body: JSON.stringify(given) }),
  });

export interface AppClaims {
  subdomain: string;
  secret?: string;
  audience?: string | null;
  expiresInS?: number;
}

/** The sidebar's token as Zendesk's proxy signs it. */
export function appToken({
  subdomain,
  secret = APP_SECRET,
  audience = "bellwether",
  expiresInS = 300,
}: AppClaims): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ iss: subdomain, sub: "1", ...(audience !== null && { aud: audience }) })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInS);
  return token.sign(new TextEncoder().encode(secret));
}

export async function getFromSidebar(
  url: string,
  query: Record<string, string>,
  token: string,
): Promise<Response> {
  return fetch(`${url}/api/zendesk/account-health?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}
