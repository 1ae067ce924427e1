import { createHmac, timingSafeEqual } from "node:crypto";
import { MINUTE_MS, subdomain as subdomainSchema } from "@bellwether/shared";
import { z } from "zod";
import type { AppTokens } from "../../services/inbound.ts";

/** Tokens are made per request and live for minutes; a longer one is a mistake or was made to be kept. */
const MAX_LIFETIME_MS = 10 * MINUTE_MS;
const CLOCK_TOLERANCE_S = 30;
const OWN_AUDIENCE = "bellwether";
/** Headers that name a key from elsewhere. The key is the connection's own, so they have no business here. */
const FOREIGN_KEY_HEADERS = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit"] as const;

export interface AppTokenExpectation {
  /** The connection's app secret; an empty one admits nobody. */
  secret: string;
  subdomain: string;
  /** Accepted beside `bellwether`, where the token names an audience at all. */
  audiences: readonly string[];
  now: Date;
}

/** Times are whole seconds, or fractions of them, since 1970. */
const claimsSchema = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});
export type AppClaims = z.infer<typeof claimsSchema>;

const headerSchema = z.looseObject({
  alg: z.literal("HS256"),
  /** A media type, where `application/` may be left out and case does not count. Source: RFC 7519, section 5.1. */
  typ: z
    .string()
    .regex(/^(application\/)?jwt$/i)
    .optional(),
});

const issuerSchema = z.looseObject({ iss: subdomainSchema });

/** Whose token it claims to be, not verified: only good for finding the secret. `null` = no token, or no subdomain in it. */
export function subdomainOf(token: string): string | null {
  const [, payload, , ...more] = token.split(".");
  if (payload === undefined || more.length > 0) return null;
  return issuerSchema.safeParse(jsonOf(payload)).data?.iss ?? null;
}

/**
 * Checks the token that Zendesk's proxy signs for the app. It proves the Zendesk account and no more: the claims,
 * the user among them, are written in the browser. HS256 is calculated here: by way of Web Crypto, as `jose` does, it
 * costs more than all the rest of a card's request.
 * @returns the claims; `null` for any token that is not fully in order
 */
export function verifyAppToken(token: string, expected: AppTokenExpectation): AppClaims | null {
  const [header, payload, signature, ...more] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return null;
  if (expected.secret === "" || !isSignedBy(expected.secret, `${header}.${payload}`, signature)) return null;
  if (!isOrdinary(jsonOf(header))) return null;
  const { data: claims } = claimsSchema.safeParse(jsonOf(payload));
  if (claims === undefined || claims.iss !== expected.subdomain) return null;
  return isInForce(claims, expected.now) && isForUs(claims, expected.audiences) ? claims : null;
}

/** In constant time, over the text as it came; one signature has one spelling. */
function isSignedBy(secret: string, text: string, signature: string): boolean {
  const given = Buffer.from(signature);
  const right = Buffer.from(createHmac("sha256", secret).update(text).digest("base64url"));
  return given.length === right.length && timingSafeEqual(given, right);
}

/** @returns `undefined` for what is no JSON */
function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

const isOrdinary = (header: unknown): boolean => {
  const parsed = headerSchema.safeParse(header);
  return parsed.success && !FOREIGN_KEY_HEADERS.some((name) => Object.hasOwn(parsed.data, name));
};

/** For the HTTP layer. @param audiences accepted beside `bellwether` */
export const zendeskAppTokens = (audiences: readonly string[]): AppTokens => ({
  subdomainOf,
  verify: (token, expected) => verifyAppToken(token, { ...expected, audiences }) !== null,
});

function isInForce({ exp, nbf, iat }: AppClaims, now: Date): boolean {
  const nowS = now.getTime() / 1000;
  const madeAt = iat ?? nowS;
  const maxS = MAX_LIFETIME_MS / 1000 + CLOCK_TOLERANCE_S;
  return (
    exp > nowS - CLOCK_TOLERANCE_S &&
    exp - nowS <= maxS &&
    exp - madeAt <= maxS &&
    madeAt - nowS <= CLOCK_TOLERANCE_S &&
    (nbf === undefined || nbf <= nowS + CLOCK_TOLERANCE_S)
  );
}

function isForUs({ aud }: AppClaims, audiences: readonly string[]): boolean {
  if (aud === undefined) return true;
  return [aud].flat().some((audience) => audience === OWN_AUDIENCE || audiences.includes(audience));
}
