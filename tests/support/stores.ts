import { randomBytes, randomUUID } from "node:crypto";
import type { ConnectionId, Observation, RecordRef, SourceRecord, TenantId } from "@bellwether/shared";
import { createAccountStore } from "../../server/src/adapters/db/account-store.ts";
import { createAuditLog } from "../../server/src/adapters/db/audit-log.ts";
import { createCardStore } from "../../server/src/adapters/db/card-store.ts";
import { createChurnModelStore } from "../../server/src/adapters/db/churn-model-store.ts";
import { createConnectionRepository } from "../../server/src/adapters/db/connection-repository.ts";
import { createCorrectionStore } from "../../server/src/adapters/db/correction-store.ts";
import { createDeadLetterStore } from "../../server/src/adapters/db/dead-letter-store.ts";
import { createDriftStore } from "../../server/src/adapters/db/drift-store.ts";
import { createEventStore } from "../../server/src/adapters/db/event-store.ts";
import { createFateStore } from "../../server/src/adapters/db/fate-store.ts";
import { createLedgerStore } from "../../server/src/adapters/db/ledger-store.ts";
import { createMatchStore } from "../../server/src/adapters/db/match-store.ts";
import { createOutboxStore } from "../../server/src/adapters/db/outbox-store.ts";
import { createOutcomeStore } from "../../server/src/adapters/db/outcome-store.ts";
import { type ProcessLease, startLease } from "../../server/src/adapters/db/process-lease.ts";
import { createReconciliationStore } from "../../server/src/adapters/db/reconciliation-store.ts";
import { createReplayStore } from "../../server/src/adapters/db/replay-store.ts";
import { createRescoreStore } from "../../server/src/adapters/db/rescore-store.ts";
import { createScoreStore } from "../../server/src/adapters/db/score-store.ts";
import { createScorecardStore } from "../../server/src/adapters/db/scorecard-store.ts";
import { createSecretBox } from "../../server/src/adapters/db/secret-box.ts";
import { createShadowStore } from "../../server/src/adapters/db/shadow-store.ts";
import { createSnapshotHistory } from "../../server/src/adapters/db/snapshot-history.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import { createTenantRepository } from "../../server/src/adapters/db/tenant-repository.ts";
import { timeOrderedId } from "../../server/src/adapters/db/time-ordered-id.ts";
import { createTokenStore } from "../../server/src/adapters/db/token-store.ts";
import type { WakeUp } from "../../server/src/adapters/db/wake-ups.ts";
import type { LedgerChange } from "../../server/src/services/ports.ts";
import { newTenant } from "./database.ts";

const noSecrets = {
  accessToken: "test",
  refreshToken: null,
  expiresAt: null,
  webhookSecret: null,
  appSecret: null,
};

/** The stores of one process, with the wake-ups that they sent. */
export async function storesOfProcess(database: Database) {
  const sent: WakeUp[] = [];
  const wakeUps = { send: async (_: unknown, list: readonly WakeUp[]) => void sent.push(...list) };
  const ids: string[] = [];
  const newId = (): string => {
    const id = randomUUID();
    ids.push(id);
    return id;
  };
  const lease: ProcessLease = await startLease(database, { newId, onMissedBeat: () => undefined });
  const clock = { now: () => new Date() };
  return {
    sent,
    lease,
    /** No sign of life for as long as that, as after a SIGKILL. */
    ageHeartbeat: async (seconds: number) => {
      await database.query(
        "UPDATE process_heartbeat SET seen_at = now() - make_interval(secs => $2::int) WHERE process_id = ANY($1::uuid[])",
        [ids, seconds],
      );
    },
    tenants: createTenantRepository(database),
    connections: createConnectionRepository(
      database,
      createSecretBox([Buffer.alloc(32, 7)], randomBytes),
      randomUUID,
    ),
    events: createEventStore(database, { wakeUps, newId: randomUUID }),
    fates: createFateStore(database, wakeUps),
    ledger: createLedgerStore(database, { lease, wakeUps, clock }),
    accounts: createAccountStore(database, wakeUps),
    matches: createMatchStore(database, wakeUps),
    scores: createScoreStore(database, lease, wakeUps),
    cards: createCardStore(database, async () => "build"),
    reconciliations: createReconciliationStore(database, wakeUps, () =>
      timeOrderedId(new Date(), randomBytes(10)),
    ),
    replays: createReplayStore(database),
    rescoring: createRescoreStore(database, lease, wakeUps),
    outbox: createOutboxStore(database, lease),
    deadLetters: createDeadLetterStore(database, lease, wakeUps),
    drift: createDriftStore(database, wakeUps),
    outcomes: createOutcomeStore(database, wakeUps),
    churnModels: createChurnModelStore(database, wakeUps),
    corrections: createCorrectionStore(database, wakeUps),
    snapshots: createSnapshotHistory(database),
    scorecards: createScorecardStore(database, wakeUps, clock),
    shadows: createShadowStore(database),
    tokens: createTokenStore(database),
    audit: createAuditLog(database),
  };
}
export type Stores = Awaited<ReturnType<typeof storesOfProcess>>;

export interface World {
  tenantId: TenantId;
  hubspot: ConnectionId;
  zendesk: ConnectionId;
}

/** A tenant with both connections; every call makes another one. */
export async function newWorld(stores: Stores): Promise<World> {
  const tenantId = newTenant();
  const at = new Date("2026-01-01T00:00:00Z");
  await stores.tenants.ensure(tenantId, "Test", at);
  const connect = async (platform: "hubspot" | "zendesk"): Promise<ConnectionId> => {
    const externalId = randomUUID();
    const connection = await stores.connections.connect(
      { tenantId, platform, externalId, mode: "token", scopes: [] },
      noSecrets,
      at,
    );
    return connection.id;
  };
  return { tenantId, hubspot: await connect("hubspot"), zendesk: await connect("zendesk") };
}

export const ref = (objectType: RecordRef["objectType"], id: string): RecordRef => ({
  platform: objectType === "organization" || objectType === "user" ? "zendesk" : "hubspot",
  objectType,
  id,
});
export const zendeskTicket = (id: string): RecordRef => ({ platform: "zendesk", objectType: "ticket", id });

const AT = "2026-02-01T00:00:00.000Z";

export const company = (
  id: string,
  change: { updatedAt?: string; fields?: Partial<Extract<SourceRecord["fields"], { kind: "company" }>> } = {},
): SourceRecord => ({
  ref: ref("company", id),
  createdAt: AT,
  updatedAt: change.updatedAt ?? AT,
  links: [],
  fields: {
    kind: "company",
    name: `Company ${id}`,
    domain: null,
    lifecycleStage: "customer",
    becameCustomerAt: null,
    lastContactedAt: null,
    nextActivityAt: null,
    renewalDate: null,
    noticeOfNonRenewal: null,
    isReference: null,
    referrals: null,
    onboardingProgress: null,
    externalId: null,
    usage: {},
    usageHistory: [],
    ...change.fields,
  },
});

export const organization = (
  id: string,
  fields: Partial<Extract<SourceRecord["fields"], { kind: "organization" }>> = {},
): SourceRecord => ({
  ref: ref("organization", id),
  createdAt: AT,
  updatedAt: AT,
  links: [],
  fields: { kind: "organization", name: `Organization ${id}`, domains: [], externalId: null, ...fields },
});

export const ticket = (
  id: string,
  links: readonly RecordRef[],
  status: "open" | "pending" | "solved" | "closed" = "open",
): SourceRecord => ({
  ref: zendeskTicket(id),
  createdAt: AT,
  updatedAt: AT,
  links: [...links],
  fields: { kind: "ticket", status, priority: null, solvedAt: null, reopens: null, firstReplyMinutes: null },
});

export const linked = (to: RecordRef, links: readonly RecordRef[]): SourceRecord => ({
  ref: to,
  createdAt: AT,
  updatedAt: AT,
  links: [...links],
  fields: { kind: "user" },
});

export const usage = (companyId: string, at: string, value: number | null): Observation => ({
  kind: "usage",
  key: "logins",
  value,
  subject: `hubspot:company:${companyId}`,
  source: "hubspot",
  at,
});

export const change = (world: World, part: Partial<LedgerChange>): LedgerChange => ({
  tenantId: world.tenantId,
  connectionId: world.hubspot,
  records: [],
  removed: [],
  observations: [],
  claims: [],
  progress: null,
  ...part,
});
