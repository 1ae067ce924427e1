/*
 * Glossary. inbox: accepted events, one row per event key. mark: "this record (or account) has to be looked at
 * again"; marks coalesce. claim: a mark handed to this process; it comes back to the others when this process
 * dies (no heartbeat for 10 s of database time). wake-up: a job that says "there are marks", sent in the
 * transaction that sets them.
 */

export type { AccountStore, AccountSummary } from "./ports/accounts.ts";
export type {
  Connection,
  ConnectionConfig,
  ConnectionRepository,
  ConnectionSecrets,
  NewConnection,
  TenantRepository,
} from "./ports/connections.ts";
export type { EventStore, InboundEvent, IntakeCounts } from "./ports/intake.ts";
export type { JobName, JobPayloads, JobQueue } from "./ports/jobs.ts";
export type { BackfillProgress, ClaimedRecord, LedgerChange, LedgerStore } from "./ports/ledger.ts";
export type { MatchSuggestion, PartyLink } from "./ports/links.ts";
export type { Clock, Counters, Histograms, Log, Meter } from "./ports/observability.ts";
export type {
  GatewayFor,
  OAuthPlatform,
  PlatformErrorKind,
  PlatformGateway,
  SourceGateway,
  WriteBackGateway,
} from "./ports/platforms.ts";
export type {
  AccountLedger,
  ClaimedAccount,
  DesiredValues,
  ScoredAccount,
  ScoreStore,
  StoredHealth,
} from "./ports/scores.ts";
export type { OutboxRow, OutboxStore, WriteBackLogEntry, WriteOutcome } from "./ports/write-back.ts";
