import { randomBytes, randomUUID } from "node:crypto";
import { AppError } from "../services/errors.ts";
import type { Clock, Log } from "../services/ports.ts";
import { createAccountStore } from "./db/account-store.ts";
import { createConnectionRepository } from "./db/connection-repository.ts";
import type { OpenDatabase } from "./db/database.ts";
import { encryptionKeys } from "./db/encryption-keys.ts";
import { createEventStore } from "./db/event-store.ts";
import { createLedgerStore } from "./db/ledger-store.ts";
import { createOutboxStore } from "./db/outbox-store.ts";
import { startLease } from "./db/process-lease.ts";
import { createScoreStore } from "./db/score-store.ts";
import { createSecretBox, type SecretBox } from "./db/secret-box.ts";
import { createTenantRepository } from "./db/tenant-repository.ts";
import { openQueue } from "./queue/postgres-queue.ts";

export interface StoreOptions {
  /** Base64 of 32 bytes each, the first one seals; `null` = one that is kept in `dataDir`. */
  encryptionKeys: readonly string[] | null;
  dataDir: string;
  /** Whether this process works on jobs; a web process only sends them. */
  isWorker: boolean;
  log: Log;
  clock?: Clock;
}

/** What sealed text of ours that a browser carries for a while is bound to. */
const FLOW_CONTEXT = "flow";

/** Every port that is kept in the database, on one queue and one lease. */
export async function createStores(database: OpenDatabase, options: StoreOptions) {
  const { log, isWorker, clock = { now: () => new Date() } } = options;
  const box = createSecretBox(await encryptionKeys(options.encryptionKeys, options.dataDir), randomBytes);
  await assertTokensOpen(database, box);
  const lease = await startLease(database, {
    newId: randomUUID,
    onMissedBeat: (error) => log.warn({ err: error }, "a sign of life did not reach the database"),
  });
  const queue = await openQueue(database, { log, isWorker });
  return {
    connections: createConnectionRepository(database, box, randomUUID),
    tenants: createTenantRepository(database),
    events: createEventStore(database, queue),
    ledger: createLedgerStore(database, { lease, wakeUps: queue, clock }),
    accounts: createAccountStore(database, queue),
    scores: createScoreStore(database, lease, queue),
    outbox: createOutboxStore(database, lease),
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
