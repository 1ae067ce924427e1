import type { PGlite } from "@electric-sql/pglite";

const LOOK_MS = 10_000;
/** WAL that a start after a kill has to replay; this much takes it some tenths of a second. */
const MAX_REPLAY_BYTES = 16 * 1024 * 1024;

/**
 * PostgreSQL inside a process has no checkpointer: left alone, its WAL grows until the next orderly stop, and a start
 * after a kill replays all of it.
 * @param onError a look failed; the next one is tried as usual
 * @returns what ends it
 */
export function keepCheckpoints(pglite: PGlite, onError: (error: Error) => void): () => void {
  const timer = setInterval(() => {
    checkpointIfDue(pglite, MAX_REPLAY_BYTES).catch(onError);
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** @returns whether a checkpoint was made */
export async function checkpointIfDue(pglite: PGlite, maxReplayBytes: number): Promise<boolean> {
  const { rows } = await pglite.query<{ isDue: boolean }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) > $1 AS "isDue" FROM pg_control_checkpoint()`,
    [maxReplayBytes],
  );
  if (rows[0]?.isDue !== true) return false;
  await pglite.exec("CHECKPOINT");
  return true;
}
