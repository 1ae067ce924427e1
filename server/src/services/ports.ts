/*
 * Glossary. inbox: accepted events, one row per event key. mark: "this record (or account) has to be looked at
 * again"; marks coalesce. claim: a mark handed to this process; it comes back to the others when this process
 * dies (no heartbeat for 6 s of database time). wake-up: a job that says "there are marks", sent in the
 * transaction that sets them.
 */

export type { ApiToken, AuditEntry, AuditLog, TokenStore } from "./ports/access.ts";
export type { AccountStore, AccountSummary } from "./ports/accounts.ts";
export type {
  AskedCard,
  AskedParts,
  CardParts,
  CardStore,
  FoundCard,
  KeptCard,
  Place,
  ReadyCard,
} from "./ports/cards.ts";
export type {
  ChurnModelStatus,
  ChurnModelStore,
  StoredChurnModel,
  StoredPrediction,
  TrainingRun,
  TrainModel,
} from "./ports/churn-models.ts";
export type {
  Connection,
  ConnectionConfig,
  ConnectionRepository,
  ConnectionSecrets,
  NewConnection,
  TenantRepository,
} from "./ports/connections.ts";
export type { CorrectionStore, StoredCorrection } from "./ports/corrections.ts";
export type { DeadLetter, DeadLetterKey, DeadLetterStore } from "./ports/dead-letters.ts";
export { MAX_READ_REFUSALS } from "./ports/dead-letters.ts";
export type { Drift, DriftKey, DriftStore, ListedDrift, ShownValues } from "./ports/drift.ts";
export type { FateStore, RecordFate, StoredBody, Succession } from "./ports/fates.ts";
export type { EventSource, EventStore, InboundDelivery, InboundEvent, IntakeCounts } from "./ports/intake.ts";
export type { JobName, JobPayloads, JobQueue } from "./ports/jobs.ts";
export type { BackfillProgress, ClaimedRecord, LedgerChange, LedgerStore } from "./ports/ledger.ts";
export type { MatchSuggestion, PartyLink } from "./ports/links.ts";
export type {
  AskedMatch,
  DatedLink,
  DuplicateGroup,
  DuplicateKind,
  MatchedAccount,
  MatchOutcome,
  MatchPage,
  MatchStore,
  StoredMatchAction,
  UnmatchedParty,
} from "./ports/matches.ts";
export type {
  Clock,
  Counters,
  Gauges,
  Histograms,
  Log,
  Meter,
  Pause,
  Trace,
  TraceFields,
  WorkKind,
} from "./ports/observability.ts";
export { MAX_REQUEST_IDS } from "./ports/observability.ts";
export type { OutcomeStore, StoredOutcome } from "./ports/outcomes.ts";
export type { BudgetScope, PlatformBudgets } from "./ports/platform-budget.ts";
export type {
  GatewayFor,
  OAuthPlatform,
  OnRecreated,
  PlatformErrorKind,
  PlatformGateway,
  SourceGateway,
  WriteBackGateway,
} from "./ports/platforms.ts";
export type {
  ListedRecord,
  ReconciliationCounts,
  ReconciliationPlace,
  ReconciliationRun,
  ReconciliationStore,
  RepairKind,
} from "./ports/reconciliation.ts";
export type { ReplayStore, StoredCalculation } from "./ports/replay.ts";
export type { RescoreMoment, RescoreRange, RescoreStore } from "./ports/rescoring.ts";
export type {
  ScorecardActivation,
  ScorecardStatus,
  ScorecardStore,
  ShadowScore,
  ShadowStore,
  StoredScorecard,
} from "./ports/scorecards.ts";
export type {
  AccountLedger,
  ClaimedAccount,
  DesiredValues,
  ScoredAccount,
  ScoreStore,
  StoredHealth,
  TrendPoint,
} from "./ports/scores.ts";
export type { DayStanding, ShadowHistory } from "./ports/shadow-history.ts";
export type { SnapshotHistory } from "./ports/snapshots.ts";
export type {
  RejectedEvent,
  SegmentCall,
  SegmentInbound,
  SentEvents,
  UsageLimits,
  UsageStore,
  WriteKey,
  WriteKeyStore,
} from "./ports/usage.ts";
export type { OutboxRow, OutboxStore, WriteBackLogEntry, WriteOutcome } from "./ports/write-back.ts";
export { MAX_WRITE_ATTEMPTS } from "./ports/write-back.ts";
