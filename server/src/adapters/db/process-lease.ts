import type { Database, Sql } from "./sql.ts";

const BEAT_MS = 1_500;
/** A process that got no time to beat would take its own claims for those of a dead one. */
const FRESH_MS = 2 * BEAT_MS;
/**
 * A claim counts while its process is alive and no longer than this, whatever happened to its handler; longer than
 * any round of work.
 */
const CLAIM_LIMIT = "15 minutes";
/** With a sweep every 3 s (`bind-jobs.ts`) work goes on within 9 s; whoever only stood still settles by version. */
const DEAD_AFTER = "6 seconds";

/** SQL: nobody alive holds the row `alias`. All by database time, so that clocks of machines do not matter. */
export const isFree = (alias: string): string =>
  `(${alias}.claimed_by IS NULL OR ${alias}.claimed_at < now() - interval '${CLAIM_LIMIT}'
    OR NOT EXISTS (SELECT 1 FROM process_heartbeat AS beat
      WHERE beat.process_id = ${alias}.claimed_by AND beat.seen_at > now() - interval '${DEAD_AFTER}'))`;

/**
 * SQL: the row of `alias` that was locked as `due`, found by its place. By its key it would be found by whatever plan
 * suits a table of a moment ago: claims are rows that come and go, so that the database's statistics of them are those
 * of another hour, and a set of 100 was seen to read the whole backlog 100 times. A row that was changed between look
 * and lock is left out, and is claimed by the next look: whoever changed it has sent a wake-up.
 */
export const inPlace = (alias: string): string => `${alias}.ctid = due.ctid`;

/**
 * This process' name on the rows it claims. When work on claims failed and it is not known which of them were
 * given back (the database was away), the process goes on under a new name, and the claims under the old one are
 * free at once; work under way on them settles by version and so does no harm.
 */
export interface ProcessLease {
  /** The name to claim under; known to be alive when it resolves. */
  holder(): Promise<string>;
  /** Runs something that gives claims back or settles them; if it fails, all claims of this process become free. */
  settling<T>(work: () => Promise<T>): Promise<T>;
  /** All claims become free. */
  end(): Promise<void>;
}

export interface LeaseOptions {
  newId: () => string;
  /** A beat failed; the next one is tried as usual. */
  onMissedBeat: (error: unknown) => void;
}

export async function startLease(database: Database, options: LeaseOptions): Promise<ProcessLease> {
  let id = options.newId();
  let isAnnounced = false;
  let beatAt = Number.NEGATIVE_INFINITY;
  let retired: string[] = [];

  const announce = async (): Promise<void> => {
    const gone = retired;
    const begunAt = performance.now();
    await database.transaction((sql) => beat(sql, id, gone));
    retired = retired.filter((name) => !gone.includes(name));
    isAnnounced = true;
    beatAt = begunAt;
  };
  const retire = (): void => {
    retired.push(id);
    id = options.newId();
    isAnnounced = false;
  };
  // the embedded database has this process only: whoever beat before is dead
  if (database.kind === "embedded") await database.query("DELETE FROM process_heartbeat");
  await announce();
  const timer = setInterval(() => {
    announce().catch(options.onMissedBeat);
  }, BEAT_MS);
  timer.unref();

  return {
    holder: async () => {
      if (!isAnnounced || performance.now() - beatAt > FRESH_MS) await announce();
      return id;
    },
    settling: async (work) => {
      try {
        return await work();
      } catch (error) {
        retire();
        throw error;
      }
    },
    end: async () => {
      clearInterval(timer);
      await database.query("DELETE FROM process_heartbeat WHERE process_id = ANY($1::uuid[])", [
        [...retired, id],
      ]);
    },
  };
}

async function beat(sql: Sql, id: string, gone: readonly string[]): Promise<void> {
  await sql.query(
    `INSERT INTO process_heartbeat (process_id, seen_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (process_id) DO UPDATE SET seen_at = excluded.seen_at`,
    [id],
  );
  await sql.query(
    "DELETE FROM process_heartbeat WHERE process_id = ANY($1::uuid[]) OR seen_at < now() - interval '1 hour'",
    [gone],
  );
}
