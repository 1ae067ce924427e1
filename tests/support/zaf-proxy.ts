import { createHmac } from "node:crypto";
import type { ZafProxyAnswer, ZafRequestOptions } from "./zaf-host.ts";

/** Where a secure setting's value may be put in; Zendesk's names. */
export type ZafScope = "header" | "url" | "body" | "jwt_secret_key" | "jwt_claim";

export interface ZafProxySettings {
  /** Values that the admin typed in at installation. Settings without scopes are not secure and stay in the browser. */
  secure: Record<string, { value: string; scopes: readonly ZafScope[] }>;
  /** Hosts, with port where it is not the default one, that secure settings may be sent to. */
  domainWhitelist: readonly string[];
}

/**
 * What Zendesk's proxy does with `client.request` to another host: puts secure settings where their scopes allow,
 * signs the JWT and calls the server. The browser sees neither the secret nor the token.
 * @param now time of the token's issue
 */
export async function proxyZafRequest(
  request: ZafRequestOptions,
  settings: ZafProxySettings,
  now: Date,
): Promise<ZafProxyAnswer> {
  const url = new URL(request.url);
  if (request.secure && !settings.domainWhitelist.includes(url.host)) {
    return { ok: false, status: 403, text: `{"error":"${url.host} is not in the app's domainWhitelist"}` };
  }
  const token = request.jwt ? signedToken(request.jwt, settings, now) : "";
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [
      name,
      fill(value, settings, "header").replaceAll("{{jwt.token}}", token),
    ]),
  );
  return call(url, request, headers);
}

/** What Zendesk sends a body as when the app does not say, as jQuery does. */
const FORM = "application/x-www-form-urlencoded";

async function call(
  url: URL,
  request: ZafRequestOptions,
  headers: Record<string, string>,
): Promise<ZafProxyAnswer> {
  try {
    const body = typeof request.data === "string" ? request.data : undefined;
    const response = await fetch(url, {
      method: request.type ?? "GET",
      headers: { ...headers, ...(body !== undefined && { "Content-Type": request.contentType ?? FORM }) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(request.timeout ?? 30_000),
    });
    const text = await response.text();
    if (!response.ok) return { ok: false, status: response.status, text };
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { ok: true, body: isJson ? JSON.parse(text) : text };
  } catch (error) {
    return { ok: false, status: 502, text: String(error) };
  }
}

function signedToken(
  jwt: NonNullable<ZafRequestOptions["jwt"]>,
  settings: ZafProxySettings,
  now: Date,
): string {
  if (jwt.algorithm !== "HS256") throw new Error(`${jwt.algorithm} is not supported`);
  const issuedAt = Math.floor(now.getTime() / 1000);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const claims = { ...jwt.claims, iat: issuedAt, exp: issuedAt + jwt.expiry };
  const body = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  const secret = fill(jwt.secret_key, settings, "jwt_secret_key");
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

/** A placeholder in a place that its scopes do not name stays as it is, so that the mistake shows. */
const fill = (text: string, settings: ZafProxySettings, place: ZafScope): string =>
  text.replace(/\{\{setting\.(\w+)\}\}/g, (placeholder, name: string) => {
    const setting = settings.secure[name];
    return setting?.scopes.includes(place) ? setting.value : placeholder;
  });
