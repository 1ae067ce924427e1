import type { Actor } from "./actor.ts";
import type { TokenStore } from "./ports.ts";

/** Says whose it is, to people and to scanners for leaked secrets. */
export const TOKEN_PREFIX = "bw_";
/** The prefix and 32 random bytes in base64url. */
const TOKEN = /^bw_[\w-]{43}$/;

/**
 * Who holds this token; `null` for an unknown or a revoked one. Found by its hash: how long the look-up takes tells
 * nothing of the token.
 */
export async function actorOfToken(
  deps: { tokens: TokenStore; sha256(text: string): string },
  text: string,
): Promise<Actor | null> {
  if (!TOKEN.test(text)) return null;
  const token = await deps.tokens.findByHash(deps.sha256(text));
  if (token === null) return null;
  const { id, name, tenantId, role, financial } = token;
  return { id: `token:${id}`, name, tenantId, role, financial };
}
