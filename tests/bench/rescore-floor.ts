import { withClient } from "../support/with-client.ts";
import { copyIn, copyOut } from "./copy-rows.ts";

const SIGNALS = 12;
const NAMES = Array.from({ length: SIGNALS }, (_, i) => `s${i}`);
/** Bytes of a row of COPY in binary form: count of fields, a key of 4 bytes, signals of 8, each with its length. */
const ROW_BYTES = 2 + (4 + 4) + SIGNALS * (4 + 8);
const HEADER_BYTES = 19;
const CHUNK_ROWS = 10_000;

/** Tables of the floor: accounts with 12 numbers each, and their scores. */
export async function makeFloor(url: string, accounts: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`DROP TABLE IF EXISTS floor_signal, floor_score`);
    await client.query(
      `CREATE TABLE floor_signal AS SELECT i AS id, ${NAMES.map(
        (name, s) => `((i::bigint * ${7919 + s}) % 1000)::float8 AS ${name}`,
      ).join(", ")} FROM generate_series(1, ${accounts}) AS i`,
    );
    await client.query(
      "CREATE TABLE floor_score (id int PRIMARY KEY, score float8 NOT NULL) WITH (fillfactor = 50)",
    );
    await client.query("INSERT INTO floor_score SELECT id, 0 FROM floor_signal ORDER BY id");
    await client.query("VACUUM ANALYZE floor_signal, floor_score");
  });
}

/** COPY out, score with flat arrays, COPY into a temporary table, merge. @returns milliseconds */
export const floorMs = (url: string, accounts: number): Promise<number> =>
  withClient(url, async (client) => {
    const [ids, scores] = [new Int32Array(accounts), new Float64Array(accounts)];
    const weights = NAMES.map((_, s) => (s + 1) / 78_000);
    let count = 0;
    const startedAt = performance.now();
    await copyOut(client, "COPY floor_signal TO STDOUT (FORMAT binary)", (chunk) => {
      const start = count === 0 && chunk.length > ROW_BYTES ? HEADER_BYTES : 0;
      if (chunk.length - start < ROW_BYTES) return; // the trailer
      ids[count] = chunk.readInt32BE(start + 6);
      let score = 0;
      for (let s = 0; s < SIGNALS; s++) score += (weights[s] ?? 0) * chunk.readDoubleBE(start + 14 + s * 12);
      scores[count++] = score * 100;
    });
    if (count !== accounts) throw new Error(`the floor read ${count} of ${accounts} accounts`);
    await client.query("CREATE TEMPORARY TABLE scored (id int, score float8)");
    await copyIn(client, "COPY scored FROM STDIN (FORMAT binary)", binaryRows(ids, scores));
    await client.query(
      "UPDATE floor_score AS known SET score = scored.score FROM scored WHERE scored.id = known.id AND known.score <> scored.score",
    );
    return performance.now() - startedAt;
  });

function* binaryRows(ids: Int32Array, scores: Float64Array): Generator<Buffer> {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PGCOPY\n\xff\r\n\0", "latin1");
  yield header;
  for (let from = 0; from < ids.length; from += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, ids.length - from);
    const chunk = Buffer.alloc(rows * 22);
    for (let i = 0, at = 0; i < rows; i++, at += 22) {
      chunk.writeInt16BE(2, at);
      chunk.writeInt32BE(4, at + 2);
      chunk.writeInt32BE(ids[from + i] ?? 0, at + 6);
      chunk.writeInt32BE(8, at + 10);
      chunk.writeDoubleBE(scores[from + i] ?? 0, at + 14);
    }
    yield chunk;
  }
  yield Buffer.from([0xff, 0xff]);
}
