import type { Role, TenantId } from "@bellwether/shared";

export interface ApiToken {
  id: string;
  tenantId: TenantId;
  name: string;
  role: Role;
  financial: boolean;
  createdBy: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface TokenStore {
  insert(token: ApiToken, tokenHash: string): Promise<void>;
  /** `null` for an unknown or revoked one. */
  findByHash(tokenHash: string): Promise<ApiToken | null>;
  list(tenant: TenantId): Promise<ApiToken[]>;
  /** @throws {AppError} `not_found` */
  revoke(tenant: TenantId, id: string, at: Date): Promise<void>;
}

export interface AuditEntry {
  at: Date;
  /** `Actor.id` */
  actor: string;
  /** e.g. `scorecard.activate`, `health.read` */
  action: string;
  /** What it was done to, e.g. `scorecard:six-2`. */
  subject: string;
  outcome: "allowed" | "denied";
  /** No personal data, no secrets. */
  detail: Record<string, string | number | boolean | null>;
}

export interface AuditLog {
  record(tenant: TenantId, entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  recent(tenant: TenantId, limit: number): Promise<AuditEntry[]>;
}
