import type { ConnectionId, Platform, TenantId } from "@bellwether/shared";

/** What was set up at the platform, and the admin's choices. Stored as JSON; unknown keys are kept. */
export interface ConnectionConfig {
  /** HubSpot property that feeds a field of `companyFields` or a usage gauge, by our field name. */
  fieldMap: Record<string, string>;
  /** Keys of `WRITE_BACK_FIELDS` to write; `null` = the default selection. */
  writeBackKeys: string[] | null;
  /** Zendesk: numeric id of the ticket drop-down, and the webhook's id. */
  ticketFieldId: string | null;
  webhookId: string | null;
  /** Zendesk: the user our token acts as; HubSpot: our app id. Writes of this actor are our own. */
  actorId: string | null;
}

export interface Connection {
  id: ConnectionId;
  tenantId: TenantId;
  platform: Platform;
  /** HubSpot portal id or Zendesk subdomain. Unique per platform. */
  externalId: string;
  /** `token`: from the environment, one company; `oauth`: installed from a marketplace. */
  mode: "oauth" | "token";
  status: "active" | "disconnected";
  /** Why it is disconnected, for people. */
  statusReason: string | null;
  scopes: string[];
  config: ConnectionConfig;
  connectedAt: Date;
  /** When its provisioning last succeeded; `null` = never. */
  provisionedAt: Date | null;
  /** When everything was last known to be read (backfill done, or a later comparison); feeds freshness. */
  syncedAt: Date | null;
}

export interface ConnectionSecrets {
  accessToken: string;
  refreshToken: string | null;
  /** `null` = does not expire. */
  expiresAt: Date | null;
  /** Zendesk: signs its webhooks to us. */
  webhookSecret: string | null;
  /** Zendesk: signs the app's JWT. */
  appSecret: string | null;
}

export type NewConnection = Pick<Connection, "tenantId" | "platform" | "externalId" | "mode" | "scopes">;

export interface ConnectionRepository {
  find(id: ConnectionId): Promise<Connection | null>;
  findByExternalId(platform: Platform, externalId: string): Promise<Connection | null>;
  /** Of one tenant, or (without one) of all; disconnected ones too. */
  list(tenant?: TenantId): Promise<Connection[]>;
  /** Creates it, or makes the existing one of the same platform and external id active again with new secrets. Keeps its tenant. */
  connect(connection: NewConnection, secrets: ConnectionSecrets, at: Date): Promise<Connection>;
  update(
    id: ConnectionId,
    change: Partial<Pick<Connection, "config" | "status" | "statusReason" | "provisionedAt" | "syncedAt">>,
  ): Promise<void>;
  /** Decrypted. @throws {AppError} `not_found` */
  secrets(id: ConnectionId): Promise<ConnectionSecrets>;
  saveSecrets(id: ConnectionId, change: Partial<ConnectionSecrets>): Promise<void>;
  /**
   * Runs `renew` for one caller at a time over all processes (row lock), and only if `isStale` still holds once
   * the lock is held; stores what it returns before the lock is let go. Answers the secrets in force.
   */
  renewSecrets(
    id: ConnectionId,
    isStale: (current: ConnectionSecrets) => boolean,
    renew: (current: ConnectionSecrets) => Promise<Partial<ConnectionSecrets>>,
  ): Promise<ConnectionSecrets>;
}

export interface TenantRepository {
  /** The one tenant of one-company mode, or a new one per install. Idempotent by id. */
  ensure(id: TenantId, name: string, at: Date): Promise<void>;
}
