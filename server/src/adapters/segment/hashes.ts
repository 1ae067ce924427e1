import { createHash } from "node:crypto";
import type { TenantId } from "@bellwether/shared";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** What is kept of a user: the same id gives the same hash for one tenant and another one for every other. */
export function userHash(tenant: TenantId, kind: "user" | "anonymous", id: string): string {
  const hex = createHash("sha256").update(`${tenant} ${kind} ${id}`).digest("hex");
  // laid out as a version 8 UUID (RFC 9562: contents of one's own making)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
