import type { ObjectType, RecordRef, SourceRecord } from "@bellwether/shared";
import type { Connection, ConnectionConfig, ConnectionSecrets } from "./connections.ts";
import type { OutboxRow, WriteOutcome } from "./write-back.ts";

/** Reads a platform: by page for history, by id after an event. */
export interface SourceGateway {
  /** In the order in which they should be read: parties first. */
  readonly backfillOrder: readonly ObjectType[];
  /** `cursor` as given by the page before. @throws {PlatformError} */
  page(
    objectType: ObjectType,
    cursor: string | null,
  ): Promise<{ records: SourceRecord[]; next: string | null; total: number | null }>;
  /** Any mix of types; in sets of the platform's batch size. */
  read(refs: readonly RecordRef[]): Promise<{ records: SourceRecord[]; missing: RecordRef[] }>;
  /** Records changed since then, as far as the platform can say cheaply; for the catch-up. */
  changedSince(since: Date): Promise<RecordRef[]>;
}

/** Writes our own properties and fields, and nothing else. */
export interface WriteBackGateway {
  /** Creates what is missing (properties, fields, webhook) and repairs labels and options; safe to repeat. */
  provision(): Promise<{
    config: Partial<ConnectionConfig>;
    webhookSecret: string | null;
    /** What could not be set up while the rest was, in words for the admin; absent or empty = everything is there. */
    problems?: string[];
  }>;
  /** Companies or organizations; an outcome per row, in order. */
  writeAccounts(rows: readonly OutboxRow[]): Promise<WriteOutcome[]>;
  /** Zendesk tickets' band drop-down; HubSpot answers `dropped`. Re-reads status first: solved and closed ones are dropped. */
  writeTickets(rows: readonly OutboxRow[]): Promise<WriteOutcome[]>;
}

export type PlatformGateway = SourceGateway & WriteBackGateway;
/** The gateway of an active connection: token kept fresh, rate limited per connection. */
export type GatewayFor = (connection: Connection) => PlatformGateway;

export type PlatformErrorKind =
  /** Refused for good until someone acts: revoked grant, missing scope. */
  | "unauthorized"
  | "forbidden"
  /** Try again; `retryAfterMs` says when, where the platform said so. */
  | "unavailable"
  | "rate_limited"
  /** The platform understood and said no. */
  | "rejected";

/** OAuth of one platform. */
export interface OAuthPlatform {
  authorizeUrl(input: {
    externalId: string | null;
    state: string;
    codeChallenge: string;
    redirectUri: string;
  }): string;
  /** @returns the tokens and whom they are for; HubSpot says its portal itself. */
  exchange(input: {
    externalId: string | null;
    code: string;
    codeVerifier: string;
    redirectUri: string;
  }): Promise<{ externalId: string; scopes: string[]; secrets: ConnectionSecrets }>;
}
