import { createHash } from "node:crypto";

/** Whether the verifier belongs to the S256 challenge; a grant without a challenge takes none. */
export function verifierFits(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null) return true;
  return verifier !== undefined && createHash("sha256").update(verifier).digest("base64url") === challenge;
}
