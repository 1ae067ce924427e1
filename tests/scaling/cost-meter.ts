import pg from "pg";
import { postgresUs, processUs } from "./processor-time.ts";

/** What one unit took. CPU in µs of one core. */
export interface UnitCost {
  processUs: number;
  databaseUs: number;
  walBytes: number;
}

/** Marks come and go; what the queue keeps is deleted within minutes. */
const STAYS = "schemaname = 'public' AND relname NOT IN ('record_mark', 'account_mark')";

/** Counts on a PostgreSQL of this machine that does nothing else. */
export class CostMeter {
  readonly #client: pg.Client;
  readonly #backend: number;

  private constructor(client: pg.Client, backend: number) {
    this.#client = client;
    this.#backend = backend;
  }

  static async open(url: string): Promise<CostMeter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return new CostMeter(client, rows[0]?.pid ?? 0);
  }

  close = (): Promise<void> => this.#client.end();

  /** @param pid the process that does the work, beside the database */
  async perUnit(pid: number, units: number, work: () => Promise<void>): Promise<UnitCost> {
    const before = await this.#now(pid);
    await work();
    const after = await this.#now(pid);
    const each = (key: keyof UnitCost): number => (after[key] - before[key]) / units;
    return { processUs: each("processUs"), databaseUs: each("databaseUs"), walBytes: each("walBytes") };
  }

  /** Bytes that stay, with indexes, packed as tightly as the database can. */
  async storedBytes(): Promise<number> {
    await this.#client.query("VACUUM FULL");
    const { rows } = await this.#client.query<{ bytes: string }>(
      `SELECT sum(pg_total_relation_size(relid)) AS bytes FROM pg_stat_user_tables WHERE ${STAYS}`,
    );
    return Number(rows[0]?.bytes);
  }

  async #now(pid: number): Promise<UnitCost> {
    const { rows } = await this.#client.query<{ wal: string }>(
      "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal",
    );
    return {
      processUs: await processUs(pid),
      databaseUs: await postgresUs(this.#backend),
      walBytes: Number(rows[0]?.wal),
    };
  }
}
