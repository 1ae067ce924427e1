import type { ConnectDeps } from "../services/connect-tenant.ts";
import type { ConnectionDirectory } from "../services/connection-directory.ts";
import type { HealthDeps } from "../services/get-account-health.ts";
import type { AppTokens, InboundPlatform } from "../services/inbound.ts";
import type {
  AccountStore,
  Clock,
  ConnectionRepository,
  EventStore,
  LedgerStore,
  Log,
  Meter,
  OutboxStore,
  ScoreStore,
} from "../services/ports.ts";

/** Settings that the HTTP layer needs; secrets that are `null` close the routes that need them. */
export interface HttpSettings {
  /** `null` = take scheme and host from the request: no proxy in front, first look on localhost. */
  publicUrl: string | null;
  hubspotClientSecret: string | null;
  adminToken: string | null;
  metricsToken: string | null;
}

/** Everything that routes call; the composition root fills it in. */
export interface HttpDeps extends HealthDeps {
  settings: HttpSettings;
  clock: Clock;
  log: Log;
  meter: Meter;
  newRequestId(): string;
  directory: ConnectionDirectory;
  events: EventStore;
  ledger: LedgerStore;
  accounts: AccountStore;
  scores: ScoreStore;
  outbox: OutboxStore;
  connections: ConnectionRepository;
  hubspot: InboundPlatform;
  zendesk: InboundPlatform;
  appTokens: AppTokens;
  connect: ConnectDeps;
  metricsText(): Promise<{ contentType: string; body: string }>;
  /** Database reachable and migrated, queue running. */
  isReady(): Promise<boolean>;
}
