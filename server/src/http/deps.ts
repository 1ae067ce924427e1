import type { AccountId, RecordRef, TenantId } from "@bellwether/shared";
import type { ConnectDeps } from "../services/connect-tenant.ts";
import type { ConnectionDirectory } from "../services/connection-directory.ts";
import type { ExplainDeps } from "../services/explain-account.ts";
import type { AppTokens, InboundPlatform } from "../services/inbound.ts";
import type {
  AccountStore,
  AuditLog,
  CardStore,
  ChurnModelStore,
  Clock,
  ConnectionRepository,
  CorrectionStore,
  DeadLetterStore,
  DriftStore,
  EventStore,
  GatewayFor,
  JobQueue,
  LedgerStore,
  Log,
  MatchStore,
  Meter,
  OutboxStore,
  OutcomeStore,
  PlatformBudgets,
  ReconciliationStore,
  ReplayStore,
  ScorecardStore,
  ScoreStore,
  SegmentInbound,
  ShadowHistory,
  ShadowStore,
  TokenStore,
  Trace,
  UsageStore,
  WriteKeyStore,
} from "../services/ports.ts";
import type { Definitions } from "../services/scoring-inputs.ts";
import type { WriteKeyDirectory } from "../services/write-key-directory.ts";
import type { SenderLimits } from "./middleware/sender-limits.ts";

/** Settings that the HTTP layer needs; secrets that are `null` close the routes that need them. */
export interface HttpSettings {
  /** `null` = take scheme and host from the request: no proxy in front, first look on localhost. */
  publicUrl: string | null;
  hubspotClientSecret: string | null;
  adminToken: string | null;
  metricsToken: string | null;
}

/** Everything that routes call; the composition root fills it in. */
export interface HttpDeps extends ExplainDeps {
  settings: HttpSettings;
  clock: Clock;
  log: Log;
  meter: Meter;
  trace: Trace;
  newRequestId(): string;
  /** A new random UUID. */
  newId(): string;
  directory: ConnectionDirectory;
  events: EventStore;
  ledger: LedgerStore;
  accounts: AccountStore;
  matches: MatchStore;
  /** The account that a party founds. */
  accountIdOf(tenant: TenantId, ref: RecordRef): AccountId;
  scores: ScoreStore;
  cards: CardStore;
  outbox: OutboxStore;
  deadLetters: DeadLetterStore;
  drift: DriftStore;
  budgets: PlatformBudgets;
  outcomes: OutcomeStore;
  churnModels: ChurnModelStore;
  corrections: CorrectionStore;
  connections: ConnectionRepository;
  gatewayFor: GatewayFor;
  scorecards: ScorecardStore;
  shadows: ShadowStore;
  shadowHistory: ShadowHistory;
  replays: ReplayStore;
  reconciliations: ReconciliationStore;
  definitions: Definitions;
  tokens: TokenStore;
  audit: AuditLog;
  hubspot: InboundPlatform;
  zendesk: InboundPlatform;
  appTokens: AppTokens;
  segment: SegmentInbound;
  usage: UsageStore;
  writeKeys: WriteKeyStore;
  writeKeyDirectory: WriteKeyDirectory;
  senderLimits: SenderLimits;
  queue: JobQueue;
  connect: ConnectDeps;
  metricsText(): Promise<{ contentType: string; body: string }>;
  /** Database reachable and migrated, queue running. */
  isReady(): Promise<boolean>;
}

/** What taking in events and saying how the process is needs; it is there before all the rest. */
export type FrontDeps = Pick<
  HttpDeps,
  | "settings"
  | "clock"
  | "log"
  | "meter"
  | "trace"
  | "newRequestId"
  | "directory"
  | "connections"
  | "events"
  | "usage"
  | "hubspot"
  | "zendesk"
  | "segment"
  | "writeKeyDirectory"
  | "senderLimits"
  | "metricsText"
  | "isReady"
>;
