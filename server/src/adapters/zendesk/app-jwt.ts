import { MINUTE_MS, subdomain as subdomainSchema } from "@bellwether/shared";
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
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

/** Whose token it claims to be, not verified: only good for finding the secret. `null` = no token, or no subdomain in it. */
export function subdomainOf(token: string): string | null {
  try {
    const parsed = subdomainSchema.safeParse(decodeJwt(token).iss);
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (isNoToken(error)) return null;
    throw error;
  }
}

/**
 * Checks the token that Zendesk's proxy signs for the app. It proves the Zendesk account and no more: the claims,
 * the user among them, are written in the browser.
 * @returns the claims; `null` for any token that is not fully in order
 */
export async function verifyAppToken(
  token: string,
  expected: AppTokenExpectation,
): Promise<JWTPayload | null> {
  if (expected.secret === "") return null;
  try {
    const header = decodeProtectedHeader(token);
    if (FOREIGN_KEY_HEADERS.some((name) => name in header)) return null;
    const { payload } = await jwtVerify(token, new TextEncoder().encode(expected.secret), {
      algorithms: ["HS256"],
      issuer: expected.subdomain,
      requiredClaims: ["exp", "iss"],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: expected.now,
      ...("typ" in header && { typ: "JWT" }),
    });
    return isShortLived(payload, expected.now) && isForUs(payload, expected.audiences) ? payload : null;
  } catch (error) {
    if (isNoToken(error)) return null;
    throw error;
  }
}

/** For the HTTP layer. @param audiences accepted beside `bellwether` */
export const zendeskAppTokens = (audiences: readonly string[]): AppTokens => ({
  subdomainOf,
  verify: async (token, expected) => (await verifyAppToken(token, { ...expected, audiences })) !== null,
});

/** `jose` reports what is wrong with a token by its own errors, and by a TypeError where it is not even text of one. */
const isNoToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError || error instanceof TypeError;

function isShortLived(payload: JWTPayload, now: Date): boolean {
  const nowS = now.getTime() / 1000;
  const { exp = Number.POSITIVE_INFINITY, iat = nowS } = payload;
  const maxS = MAX_LIFETIME_MS / 1000 + CLOCK_TOLERANCE_S;
  return exp - nowS <= maxS && exp - iat <= maxS && iat - nowS <= CLOCK_TOLERANCE_S;
}

function isForUs(payload: JWTPayload, audiences: readonly string[]): boolean {
  if (payload.aud === undefined) return true;
  const named = [payload.aud].flat();
  return named.some((audience) => audience === OWN_AUDIENCE || audiences.includes(audience));
}
