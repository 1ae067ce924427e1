import type { Role, TenantId } from "@bellwether/shared";

/** Who asks, as far as the server could verify it. */
export interface Actor {
  /** `admin` (ADMIN_TOKEN), `token:{id}`, `hubspot:{user id}`, `zendesk:unverified`, `system`. */
  id: string;
  /** For people; never an address or another personal datum that the platform did not sign. */
  name: string;
  /** `null` = ADMIN_TOKEN, which is not of one tenant. */
  tenantId: TenantId | null;
  role: Role;
  /** Explicit grant for financial fields. */
  financial: boolean;
}

export const SYSTEM: Actor = {
  id: "system",
  name: "Bellwether",
  tenantId: null,
  role: "admin",
  financial: true,
};
