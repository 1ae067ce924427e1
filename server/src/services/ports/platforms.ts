import type { ConnectionId, ObjectType, RecordRef, SourceRecord } from "@bellwether/shared";
import type { Connection, ConnectionConfig, ConnectionSecrets } from "./connections.ts";
import type { ShownValues } from "./drift.ts";
import type { ListedRecord } from "./reconciliation.ts";
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
  read(refs: readonly RecordRef[]): Promise<{
    records: SourceRecord[];
    missing: RecordRef[];
    /** What our own properties of them show, as text; absent where it was not looked at. */
    shown?: ShownValues[];
  }>;
  /** Records changed since then, as far as the platform can say cheaply; for the catch-up. */
  changedSince(since: Date): Promise<RecordRef[]>;
  /**
   * One page of the records that are there, with no more than a comparison needs, at one call per page: 100 records
   * or more. `null` = the platform does not let us list this type. Absent = nothing can be compared.
   * @throws {PlatformError}
   */
  inventory?(
    objectType: ObjectType,
    cursor: string | null,
  ): Promise<{ rows: ListedRecord[]; next: string | null } | null>;
  /** Records that belong to these just now, as the platform says; for parties that came back or took others in. */
  childrenOf?(refs: readonly RecordRef[]): Promise<RecordRef[]>;
  /** A delivery as stored, without what it says of these records; `null` = it says nothing of them. */
  forget?(body: Buffer, refs: readonly RecordRef[]): Buffer | null;
  /**
   * Which of these properties or fields do not exist there, in the form of the field map; empty where the token may
   * not know. Absent = the platform cannot be asked. @throws {PlatformError}
   */
  unknownFields?(names: readonly string[]): Promise<string[]>;
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

/** Told of properties and fields of ours that were missing at a platform and were created. */
export type OnRecreated = (connection: ConnectionId, keys: readonly string[]) => Promise<void>;

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
