import { createHmac } from "node:crypto";
import { z } from "zod";
import type { DemoUser, ForwardedResponse } from "./protocol.ts";

/**
 * Plays HubSpot's backend behind `hubspot.fetch`: adds who is asking, signs with the app's client secret and calls.
 * Limits as HubSpot states them: 15 s unless the card asks for up to 120 s, bodies of at most 1 MB, one more try
 * after a failed connection or a 5xx.
 */

const DEFAULT_TIMEOUT_MS = 15_000;
const LONGEST_TIMEOUT_MS = 120_000;
const LARGEST_BODY_BYTES = 1_048_576;

export const cardRequest = z.object({
  url: z.url(),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  timeout: z.number().positive().max(LONGEST_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
  body: z.record(z.string(), z.unknown()).optional(),
  headers: z.strictObject({ Authorization: z.string() }).partial().default({}),
});
export type CardRequest = z.infer<typeof cardRequest>;

export interface HubspotIdentity {
  /** Origin that the app's metadata permits for `hubspot.fetch`. */
  permittedOrigin: string;
  clientSecret: string;
  portalId: number;
  appId: string;
  user: DemoUser;
}

/** Never rejects: what goes wrong on the way is an answer, as it is at HubSpot. */
export async function forwardCardRequest(
  request: CardRequest,
  identity: HubspotIdentity,
  now: () => Date,
): Promise<ForwardedResponse> {
  const url = new URL(request.url);
  if (url.origin !== identity.permittedOrigin) {
    return refusal(400, `${url.origin} is not among the app's permitted URLs`);
  }
  addIdentity(url, identity);
  const body = request.body === undefined ? "" : JSON.stringify(request.body);
  if (Buffer.byteLength(body) > LARGEST_BODY_BYTES) return refusal(413, "the request is larger than 1 MB");
  const deadline = AbortSignal.timeout(request.timeout);
  const first = await attempt(url, request, body, identity, now(), deadline);
  if (first.status < 500 || deadline.aborted) return first;
  return attempt(url, request, body, identity, now(), deadline);
}

function addIdentity(url: URL, { user, portalId, appId }: HubspotIdentity): void {
  url.searchParams.set("userId", String(user.id));
  url.searchParams.set("portalId", String(portalId));
  url.searchParams.set("userEmail", user.email);
  url.searchParams.set("appId", appId);
}

async function attempt(
  url: URL,
  { method, headers }: CardRequest,
  body: string,
  { clientSecret }: HubspotIdentity,
  now: Date,
  signal: AbortSignal,
): Promise<ForwardedResponse> {
  const timestamp = String(now.getTime());
  try {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      signal,
      headers: {
        ...(headers.Authorization && { authorization: headers.Authorization }),
        ...(body && { "content-type": "application/json" }),
        "x-hubspot-request-timestamp": timestamp,
        "x-hubspot-signature-v3": sign(
          clientSecret,
          `${method}${decodedForSigning(url.href)}${body}${timestamp}`,
        ),
      },
      ...(body && { body }),
    });
    const text = await response.text();
    if (Buffer.byteLength(text) > LARGEST_BODY_BYTES) return refusal(502, "the answer is larger than 1 MB");
    return { status: response.status, contentType: response.headers.get("content-type") ?? "", body: text };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    return refusal(isTimeout ? 504 : 502, isTimeout ? "the server took too long" : String(error));
  }
}

const sign = (secret: string, text: string): string =>
  createHmac("sha256", secret).update(text).digest("base64");

/** The characters that HubSpot decodes before it signs; all others stay encoded. */
const DECODED = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;
export const decodedForSigning = (url: string): string =>
  url.replace(DECODED, (code) => decodeURIComponent(code));

const refusal = (status: number, message: string): ForwardedResponse => ({
  status,
  contentType: "application/json",
  body: JSON.stringify({ status: "error", message }),
});
