import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { BenchHubspot } from "./bench-hubspot.ts";

const SIGNALS = 12;
const NAMES = Array.from({ length: SIGNALS }, (_, i) => `s${i}`);
const CALL = 100;
const CLAIM = 1_000;

interface FloorLoad {
  accounts: number;
  windowMs: number;
  events: number;
  eventsPerSecond: number;
  eventsPerDelivery: number;
}

/**
 * The bare way of an event to the platform, in one process without HTTP on the way in: insert and mark in one
 * transaction by the clock; once a window claim and delete what is marked, read twelve numbers each, score, store,
 * and call once per 100. @returns ms from each event's due moment to the acceptance of its write
 */
export async function floorLatencies(
  url: string,
  hubspotUrl: string,
  hubspot: BenchHubspot,
  load: FloorLoad,
): Promise<number[]> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  try {
    await makeTables(pool, load.accounts);
    const dueAt = new Map<number, number>();
    const found: number[] = [];
    hubspot.onWrite = (id, _, at) => {
      const due = dueAt.get(Number(id));
      if (due !== undefined) found.push(at - due);
    };
    const startedAt = performance.now();
    const sending = sendEvents(pool, load, startedAt, dueAt);
    for (let turn = 1; found.length < load.events; turn++) {
      await sleep(Math.max(0, startedAt + turn * load.windowMs - performance.now()));
      await writeMarked(pool, hubspotUrl);
    }
    await sending;
    return found;
  } finally {
    await pool.end();
  }
}

async function makeTables(pool: pg.Pool, accounts: number): Promise<void> {
  const numbers = NAMES.map((name, s) => `((i::bigint * ${7919 + s}) % 1000)::float8 AS ${name}`).join(", ");
  await pool.query(
    `CREATE TABLE floor_event (id int PRIMARY KEY, account_id int NOT NULL, payload jsonb NOT NULL)`,
  );
  await pool.query("CREATE TABLE floor_mark (account_id int PRIMARY KEY)");
  await pool.query(
    `CREATE TABLE floor_signal AS SELECT i AS account_id, ${numbers} FROM generate_series(1, ${accounts}) AS i`,
  );
  await pool.query("ALTER TABLE floor_signal ADD PRIMARY KEY (account_id)");
  await pool.query(
    "CREATE TABLE floor_score (account_id int PRIMARY KEY, score float8 NOT NULL) WITH (fillfactor = 50)",
  );
  await pool.query("INSERT INTO floor_score SELECT account_id, 0 FROM floor_signal ORDER BY 1");
  await pool.query("VACUUM ANALYZE floor_signal, floor_score");
}

async function sendEvents(
  pool: pg.Pool,
  { events, eventsPerSecond, eventsPerDelivery, accounts }: FloorLoad,
  startedAt: number,
  dueAt: Map<number, number>,
): Promise<void> {
  const sends: Promise<unknown>[] = [];
  for (let first = 0; first < events; first += eventsPerDelivery) {
    const due = startedAt + (first * 1_000) / eventsPerSecond;
    await sleep(Math.max(0, due - performance.now()));
    const rows = Array.from({ length: eventsPerDelivery }, (_, n) => ({
      id: first + n,
      account: 1 + (((first + n) * 7_919) % accounts),
    }));
    for (const { account } of rows) dueAt.set(account, due);
    sends.push(
      pool.query(
        `WITH event AS (SELECT * FROM json_to_recordset($1) AS event (id int, account int)),
           added AS (INSERT INTO floor_event SELECT id, account, '{}' FROM event ON CONFLICT DO NOTHING)
         INSERT INTO floor_mark SELECT DISTINCT account FROM event ORDER BY 1 ON CONFLICT DO NOTHING`,
        [JSON.stringify(rows)],
      ),
    );
  }
  await Promise.all(sends);
}

async function writeMarked(pool: pg.Pool, hubspotUrl: string): Promise<void> {
  const { rows } = await pool.query<Record<string, number> & { account_id: number }>(
    `WITH due AS (SELECT account_id FROM floor_mark LIMIT ${CLAIM} FOR UPDATE SKIP LOCKED),
       claimed AS (DELETE FROM floor_mark AS mark USING due WHERE mark.account_id = due.account_id RETURNING mark.account_id)
     SELECT floor_signal.* FROM claimed JOIN floor_signal USING (account_id)`,
  );
  if (rows.length === 0) return;
  const scores = rows.map((row) => ({
    a: row.account_id,
    s: NAMES.reduce((sum, name, s) => sum + (row[name] ?? 0) * (s + 1), 1),
  }));
  await pool.query(
    `UPDATE floor_score AS known SET score = new.s FROM json_to_recordset($1) AS new (a int, s float8)
     WHERE known.account_id = new.a AND known.score <> new.s`,
    [JSON.stringify(scores)],
  );
  const calls = Array.from({ length: Math.ceil(scores.length / CALL) }, (_, n) =>
    fetch(`${hubspotUrl}/crm/objects/2026-03/companies/batch/update`, {
      method: "POST",
      body: JSON.stringify({
        inputs: scores
          .slice(n * CALL, (n + 1) * CALL)
          .map(({ a, s }) => ({ id: String(a), properties: { bellwether_health_score: String(s) } })),
      }),
    }),
  );
  for (const answer of await Promise.all(calls))
    if (!answer.ok) throw new Error(`the floor got ${answer.status}`);
}
