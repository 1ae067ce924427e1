import type {
  AccountId,
  ConnectionId,
  HealthResult,
  MatchRule,
  ObjectType,
  Observation,
  Party,
  Platform,
  RecordRef,
  SourceRecord,
  TenantId,
} from "@bellwether/shared";

/*
 * Glossary. inbox: accepted events, one row per event key. mark: "this record (or account) has to be looked at
 * again"; marks coalesce. claim: a mark handed to this process; it comes back to the others when this process
 * dies (no heartbeat for 10 s of database time). wake-up: a job that says "there are marks", sent in the
 * transaction that sets them.
 */

export interface Clock {
  now(): Date;
}

// ---------------------------------------------------------------------------------------------- connections

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

// ---------------------------------------------------------------------------------------------- intake

/** One delivered event, verified and parsed. */
export interface InboundEvent {
  tenantId: TenantId;
  connectionId: ConnectionId;
  source: Platform;
  /** The same delivery twice has the same key; unique per tenant and source. */
  key: string;
  /** The platform's own name, e.g. `company.propertyChange`. */
  type: string;
  occurredAt: Date;
  payload: unknown;
  /** Records to read again because of it; empty for events that are only counted. */
  refs: readonly RecordRef[];
}

export interface IntakeCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export interface EventStore {
  /**
   * Durable when it resolves: inbox rows, counts, marks on records and the wake-up of their connections in one
   * transaction. Calls that arrive while a commit runs share the next one.
   * @returns in the order given, whether each event was new
   */
  append(events: readonly InboundEvent[]): Promise<boolean[]>;
  /** Counts deliveries of a known tenant that were signed but could not be read. */
  countRejected(tenant: TenantId, source: Platform, events: number): Promise<void>;
  counts(tenant: TenantId): Promise<Record<"hubspot" | "zendesk" | "segment", IntakeCounts>>;
}

// ---------------------------------------------------------------------------------------------- ledger

export interface ClaimedRecord {
  ref: RecordRef;
  /** The mark's version when it was claimed; a mark set again meanwhile stays. */
  version: number;
}

export interface BackfillProgress {
  connectionId: ConnectionId;
  objectType: ObjectType;
  /** Where to go on; `null` at the start, and when done. */
  cursor: string | null;
  recordsRead: number;
  /** As the platform says, where it does. */
  recordsTotal: number | null;
  isDone: boolean;
  startedAt: Date;
  updatedAt: Date;
}

/** What one page or one set of re-read records leads to; saved in one transaction. */
export interface LedgerChange {
  tenantId: TenantId;
  connectionId: ConnectionId;
  /** New versions; a version older than the stored one is left out by the store. */
  records: readonly SourceRecord[];
  /** Records that are gone at the platform. */
  removed: readonly RecordRef[];
  observations: readonly Observation[];
  /** Marks that this settles. */
  claims: readonly ClaimedRecord[];
  progress: BackfillProgress | null;
}

export interface LedgerStore {
  /** Marks for a connection that nobody alive holds, oldest first. */
  claimRecords(connection: ConnectionId, limit: number): Promise<ClaimedRecord[]>;
  /** Gives claims back; they can be claimed again from `retryAt` on. */
  releaseRecords(
    tenant: TenantId,
    connection: ConnectionId,
    claims: readonly ClaimedRecord[],
    retryAt: Date,
  ): Promise<void>;
  /** Stored versions, by `refKey`; unknown ones are absent. */
  knownRecords(tenant: TenantId, refs: readonly RecordRef[]): Promise<Map<string, SourceRecord>>;
  /**
   * One transaction: records, links, observations (each once, by subject, kind, key, at and value), marks on the
   * accounts of the observations' subjects with a scoring wake-up, progress, and settled marks removed.
   */
  commit(change: LedgerChange): Promise<void>;
  /** Marks records to be read again (catch-up); same coalescing as events. */
  markRecords(tenant: TenantId, connection: ConnectionId, refs: readonly RecordRef[]): Promise<void>;
  progress(connection: ConnectionId): Promise<BackfillProgress[]>;
  /** Connections with marks that nobody alive holds: the sweep after a crash. */
  connectionsWithMarks(): Promise<ConnectionId[]>;
  /** Party links of any record: its own account, or that of the first linked party, or through a linked record. */
  accountOf(tenant: TenantId, ref: RecordRef): Promise<AccountId | null>;
}

// ---------------------------------------------------------------------------------------------- accounts

export interface PartyLink {
  ref: RecordRef;
  accountId: AccountId;
  rule: MatchRule;
}

export interface MatchSuggestion {
  ref: RecordRef;
  accountId: AccountId;
  rule: "name" | "domain";
  /** Why it is only a suggestion, for people. */
  reason: string;
}

export interface AccountSummary {
  id: AccountId;
  name: string;
  createdAt: Date;
  links: PartyLink[];
  suggestions: MatchSuggestion[];
}

export interface AccountStore {
  /** Parties by ref, from the stored records. */
  parties(tenant: TenantId, refs: readonly RecordRef[]): Promise<Party[]>;
  /** Parties without an account that could get one (customers, organizations), in keyset pages by ref key. */
  unlinkedParties(tenant: TenantId, after: string | null, limit: number): Promise<Party[]>;
  /** Parties of the other platform that share an external id, a domain or a normalised name with one of `parties`, with the account they are linked to. */
  candidates(
    tenant: TenantId,
    parties: readonly Party[],
  ): Promise<(Party & { accountId: AccountId | null })[]>;
  /** One transaction: accounts, links (existing ones stay), suggestions, marks on the accounts, scoring wake-up. */
  link(
    tenant: TenantId,
    change: {
      accounts: readonly { id: AccountId; name: string; createdAt: Date }[];
      links: readonly PartyLink[];
      suggestions: readonly MatchSuggestion[];
    },
  ): Promise<void>;
  find(tenant: TenantId, id: AccountId): Promise<AccountSummary | null>;
  list(
    tenant: TenantId,
    page: { after: string | null; limit: number },
  ): Promise<{ accounts: (AccountSummary & { latest: StoredHealth | null })[]; next: string | null }>;
}

// ---------------------------------------------------------------------------------------------- scores

export interface ClaimedAccount {
  tenantId: TenantId;
  accountId: AccountId;
  version: number;
}

export interface StoredHealth {
  result: HealthResult;
  isReconstructed: boolean;
}

/** Everything that scoring needs of one account. */
export interface AccountLedger {
  accountId: AccountId;
  name: string;
  createdAt: Date;
  links: PartyLink[];
  observations: Observation[];
  latest: HealthResult | null;
  /** Newest snapshot at or before 30 days ago; `null` = none. */
  monthAgo: { at: Date; healthScore: number | null } | null;
}

/** What a platform should show for one record; the store keeps it until the platform has confirmed it. */
export interface DesiredValues {
  connectionId: ConnectionId;
  ref: RecordRef;
  /** Field key → text; empty text clears. Compared without `bellwether_scored_at`. */
  values: Record<string, string>;
}

export interface ScoredAccount {
  accountId: AccountId;
  result: HealthResult;
  desired: readonly DesiredValues[];
  /** Value of the ticket drop-down for the account's open tickets; `null` leaves them alone. */
  ticketBand: { connectionId: ConnectionId; value: string } | null;
}

export interface ScoreStore {
  /** Marked accounts of a tenant that nobody alive holds. */
  claimAccounts(tenant: TenantId, limit: number): Promise<ClaimedAccount[]>;
  releaseAccounts(claims: readonly ClaimedAccount[], retryAt: Date): Promise<void>;
  /** Ledgers in one read, observations oldest first. */
  ledgers(tenant: TenantId, accounts: readonly AccountId[], now: Date): Promise<AccountLedger[]>;
  /**
   * One transaction: current score, a snapshot where the result changed (apart from its time), the outbox where a
   * desired value changed, the wake-up of the write-back, and settled marks removed.
   */
  save(tenant: TenantId, scored: readonly ScoredAccount[], claims: readonly ClaimedAccount[]): Promise<void>;
  /** Adds snapshots of the past; never replaces one. */
  saveReconstructed(
    tenant: TenantId,
    snapshots: readonly { accountId: AccountId; result: HealthResult }[],
  ): Promise<void>;
  latest(tenant: TenantId, account: AccountId): Promise<StoredHealth | null>;
  /** Oldest first, at most one per day (the day's last). */
  history(tenant: TenantId, account: AccountId, since: Date): Promise<StoredHealth[]>;
  /** Newest at or before `at`. */
  at(tenant: TenantId, account: AccountId, at: Date): Promise<StoredHealth | null>;
  /** Marks all accounts of a tenant (daily rescoring). @returns how many */
  markAll(tenant: TenantId): Promise<number>;
  tenantsWithMarks(): Promise<TenantId[]>;
}

// ---------------------------------------------------------------------------------------------- write-back

export interface OutboxRow {
  ref: RecordRef;
  values: Record<string, string>;
  version: number;
  attempts: number;
}

export type WriteOutcome =
  | { kind: "confirmed" }
  /** The record is gone or must not be written (solved ticket); never tried again until wanted anew. */
  | { kind: "dropped"; reason: string }
  /** Tried again later. */
  | { kind: "failed"; reason: string };

export interface WriteBackLogEntry {
  at: Date;
  ref: RecordRef;
  accountName: string | null;
  values: Record<string, string>;
  outcome: "confirmed" | "failed" | "dropped";
  reason: string | null;
}

export interface OutboxStore {
  /** Rows of a connection whose desired values differ from the confirmed ones, nobody alive holds, and are due. */
  claim(connection: ConnectionId, objectType: ObjectType, limit: number, now: Date): Promise<OutboxRow[]>;
  /** Only the claimed version is settled; a row wanted anew meanwhile stays pending. Failed rows wait 2^attempts s, at most 15 min. */
  settle(
    connection: ConnectionId,
    rows: readonly { row: OutboxRow; outcome: WriteOutcome }[],
    at: Date,
  ): Promise<void>;
  connectionsWithPending(now: Date): Promise<ConnectionId[]>;
  /** What was written lately, newest first. */
  recent(tenant: TenantId, limit: number): Promise<WriteBackLogEntry[]>;
}

// ---------------------------------------------------------------------------------------------- platforms

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

// ---------------------------------------------------------------------------------------------- jobs

/** Job name → payload. All are wake-ups: safe to lose none, to repeat, and to run at once in several processes. */
export interface JobPayloads {
  provision: { connectionId: ConnectionId };
  backfill: { connectionId: ConnectionId };
  "refresh-records": { connectionId: ConnectionId };
  "score-accounts": { tenantId: TenantId };
  "write-back": { connectionId: ConnectionId };
  "catch-up": { connectionId: ConnectionId };
  "reconstruct-history": { tenantId: TenantId };
  "rescore-all": Record<string, never>;
}
export type JobName = keyof JobPayloads;

export interface JobQueue {
  enqueue<N extends JobName>(name: N, payload: JobPayloads[N]): Promise<void>;
  /** `handle` gets the distinct payloads of a fetched batch, one call each; a rejection is retried with backoff. */
  work<N extends JobName>(name: N, handle: (payload: JobPayloads[N]) => Promise<void>): Promise<void>;
  /** Cron in UTC, once over all processes. */
  schedule<N extends JobName>(name: N, cron: string, payload: JobPayloads[N]): Promise<void>;
  /** Waits for running handlers, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

/** Logs without secrets; fields are structured. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Labels of each counter. */
export interface Counters {
  bellwether_events_total: { source: Platform; outcome: "accepted" | "duplicates" | "unknown" };
  bellwether_records_read_total: { platform: Platform };
  bellwether_accounts_scored_total: Record<string, never>;
  bellwether_writes_total: { platform: Platform; outcome: WriteOutcome["kind"] };
  /** `outcome`: `2xx`, `4xx`, … or `no_answer`. */
  bellwether_platform_calls_total: { platform: Platform; outcome: string };
  bellwether_http_requests_total: { route: string; status: string };
}
/** Labels of each histogram; all are in seconds. */
export interface Histograms {
  bellwether_http_seconds: { route: string };
  bellwether_job_seconds: { job: JobName };
  bellwether_platform_call_seconds: { platform: Platform };
}

/** What is counted and timed; the adapter exposes it to Prometheus with a help text each. */
export interface Meter {
  count<N extends keyof Counters>(name: N, labels: Counters[N], by?: number): void;
  observe<N extends keyof Histograms>(name: N, labels: Histograms[N], value: number): void;
}
