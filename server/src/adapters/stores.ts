import { randomBytes, randomUUID } from "node:crypto";
import { AppError } from "../services/errors.ts";
import type { Clock, Log, Trace } from "../services/ports.ts";
import { buildDigest } from "./build-digest.ts";
import { createAccountStore } from "./db/account-store.ts";
import { createAuditLog } from "./db/audit-log.ts";
import { createCardStore } from "./db/card-store.ts";
import { createChurnModelStore } from "./db/churn-model-store.ts";
import { createConnectionRepository } from "./db/connection-repository.ts";
import { createCorrectionStore } from "./db/correction-store.ts";
import type { OpenDatabase } from "./db/database.ts";
import { createDeadLetterStore } from "./db/dead-letter-store.ts";
import { createDriftStore } from "./db/drift-store.ts";
import { encryptionKeys } from "./db/encryption-keys.ts";
import { createEventStore } from "./db/event-store.ts";
import { createFateStore } from "./db/fate-store.ts";
import { createLedgerStore } from "./db/ledger-store.ts";
import { createMatchStore } from "./db/match-store.ts";
import { createOutboxStore } from "./db/outbox-store.ts";
import { createOutcomeStore } from "./db/outcome-store.ts";
import { createPlatformBudgets } from "./db/platform-budgets.ts";
import { startLease } from "./db/process-lease.ts";
import { createReconciliationStore } from "./db/reconciliation-store.ts";
import { createReplayStore } from "./db/replay-store.ts";
import { createRescoreStore } from "./db/rescore-store.ts";
import { createScoreStore } from "./db/score-store.ts";
import { createScorecardStore } from "./db/scorecard-store.ts";
import { createSecretBox, type SecretBox } from "./db/secret-box.ts";
import { createShadowHistory } from "./db/shadow-history.ts";
import { createShadowStore } from "./db/shadow-store.ts";
import { createSnapshotHistory } from "./db/snapshot-history.ts";
import { createTenantRepository } from "./db/tenant-repository.ts";
import { timeOrderedId } from "./db/time-ordered-id.ts";
import { createTokenStore } from "./db/token-store.ts";
import { createUsageStore } from "./db/usage-store.ts";
import { createWriteKeyStore } from "./db/write-key-store.ts";
import { openQueue } from "./queue/postgres-queue.ts";
import { randomPool } from "./random-pool.ts";

export interface StoreOptions {
  /** Base64 of 32 bytes each, the first one seals; `null` = one that is kept in `dataDir`. */
  encryptionKeys: readonly string[] | null;
  dataDir: string;
  /** Whether this process works on jobs; a web process only sends them. */
  isWorker: boolean;
  log: Log;
  clock?: Clock;
  trace?: Trace;
}

/** What sealed text of ours that a browser carries for a while is bound to. */
const FLOW_CONTEXT = "flow";

const random = randomPool();

/** Every port that is kept in the database, on one queue and one lease. */
export async function createStores(database: OpenDatabase, options: StoreOptions) {
  const { log, isWorker, clock = { now: () => new Date() } } = options;
  const box = createSecretBox(await encryptionKeys(options.encryptionKeys, options.dataDir), randomBytes);
  await assertTokensOpen(database, box);
  const lease = await startLease(database, {
    newId: randomUUID,
    onMissedBeat: (error) => log.warn({ err: error }, "a sign of life did not reach the database"),
  });
  const traced = options.trace && { trace: options.trace };
  const newRunId = (): string => `j_${randomBytes(9).toString("base64url")}`;
  const queue = await openQueue(database, { log, isWorker, newRunId, ...traced });
  return {
    connections: createConnectionRepository(database, box, randomUUID),
    tenants: createTenantRepository(database),
    events: createEventStore(database, {
      wakeUps: queue,
      newId: () => timeOrderedId(clock.now(), random(10)),
      ...traced,
    }),
    fates: createFateStore(database, queue),
    ledger: createLedgerStore(database, { lease, wakeUps: queue, clock }),
    accounts: createAccountStore(database, queue),
    matches: createMatchStore(database, queue),
    scores: createScoreStore(database, lease, queue),
    reconciliations: createReconciliationStore(database, queue, () =>
      timeOrderedId(clock.now(), randomBytes(10)),
    ),
    cards: createCardStore(database, buildDigest),
    replays: createReplayStore(database),
    rescoring: createRescoreStore(database, lease, queue),
    outbox: createOutboxStore(database, lease),
    deadLetters: createDeadLetterStore(database, lease, queue),
    drift: createDriftStore(database, queue),
    budgets: createPlatformBudgets(database),
    outcomes: createOutcomeStore(database, queue),
    churnModels: createChurnModelStore(database, queue),
    corrections: createCorrectionStore(database, queue),
    snapshots: createSnapshotHistory(database),
    scorecards: createScorecardStore(database, queue, clock),
    shadows: createShadowStore(database),
    shadowHistory: createShadowHistory(database),
    tokens: createTokenStore(database),
    usage: createUsageStore(database, queue),
    writeKeys: createWriteKeyStore(database),
    audit: createAuditLog(database),
    queue,
    sealer: flowSealer(box),
    /** Gives all claims back; the queue has been stopped before, the database is closed after. */
    close: () => lease.end(),
  };
}

/** Without this a wrong key would show as thousands of failing jobs. */
async function assertTokensOpen(database: OpenDatabase, box: SecretBox): Promise<void> {
  const rows = await database.query<{ key_id: string }>(
    `SELECT DISTINCT split_part(secret.sealed, '.', 2) AS key_id FROM connection_secret AS secret
     JOIN connection ON connection.tenant_id = secret.tenant_id AND connection.id = secret.connection_id
     WHERE connection.status = 'active'`,
  );
  if (rows.every((row) => box.hasKey(row.key_id))) return;
  throw new AppError(
    "config_invalid",
    "ENCRYPTION_KEY cannot open the tokens that are stored here: they were sealed with another key. " +
      "Set that one again, or both with a comma between them, the new one first.",
  );
}

const flowSealer = (box: SecretBox) => ({
  seal: (text: string): string => box.seal(text, FLOW_CONTEXT),
  open: (sealed: string): string | null => box.open(sealed, FLOW_CONTEXT),
});
