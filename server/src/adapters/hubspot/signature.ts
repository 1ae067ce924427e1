import { createHmac, timingSafeEqual } from "node:crypto";

/** Older and newer requests than this are refused, in both directions. Source: HubSpot, request validation. */
export const MAX_AGE_MS = 300_000;

/** The characters that HubSpot decodes in the address before it signs; all others stay percent-encoded. */
const DECODED = new Map(
  Array.from(":/?@!$'()*,;", (char) => [`%${char.charCodeAt(0).toString(16).toUpperCase()}`, char]),
);

export interface SignedRequest {
  clientSecret: string;
  method: string;
  /** As HubSpot called it: configured public origin + path + query, not what a proxy in front made of it. */
  url: string;
  /** The bytes as received; empty for requests without a body. */
  rawBody: Buffer;
  /** `X-HubSpot-Signature-v3`, as the HTTP layer has it: missing and repeated ones are refused. */
  signature: string | readonly string[] | undefined;
  /** `X-HubSpot-Request-Timestamp`: Unix milliseconds. */
  timestamp: string | readonly string[] | undefined;
  now: Date;
}

/** Checks a v3 signature in constant time. Never throws; whatever is wrong, the answer is `false`. */
export function verifyHubspotSignature(request: SignedRequest): boolean {
  const { signature, timestamp } = request;
  if (typeof signature !== "string" || typeof timestamp !== "string" || request.clientSecret === "")
    return false;
  if (!/^\d{13}$/.test(timestamp)) return false;
  if (Math.abs(request.now.getTime() - Number(timestamp)) > MAX_AGE_MS) return false;
  // Which of the two forms HubSpot signs is not documented for every parameter; both need the secret.
  const forms = new Set([decodeUri(request.url), request.url]); // one and the same for webhooks
  return [...forms].map((uri) => isEqual(signature, sign(request, uri, timestamp))).includes(true);
}

function sign(request: SignedRequest, uri: string, timestamp: string): string {
  return createHmac("sha256", request.clientSecret)
    .update(request.method.toUpperCase() + uri)
    .update(request.rawBody)
    .update(timestamp)
    .digest("base64");
}

const decodeUri = (url: string): string =>
  url.replace(/%[0-9a-f]{2}/gi, (code) => DECODED.get(code.toUpperCase()) ?? code);

function isEqual(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
