import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { KNOWN_RECORDS, LOCK_RECORDS, SETTLE_RECORDS } from "../../server/src/adapters/db/ledger-sql.ts";
import { ACCOUNTS_TO_SCORE, OBSERVATIONS_TO_SCORE } from "../../server/src/adapters/db/score-inputs-sql.ts";
import { LOCK_ACCOUNTS, SETTLE_ACCOUNTS } from "../../server/src/adapters/db/score-sql.ts";
import type { Sql } from "../../server/src/adapters/db/sql.ts";
import { onServerDatabase } from "../support/database.ts";

const ROWS = 2_000;
const ASKED = 100;
const TABLES = ["account", "party_link", "source_record", "observation", "health_current", "health_snapshot"];

/** Accounts with a company, a result and an observation each; the ids follow from tenant and number. */
const FILL = [
  `INSERT INTO account (tenant_id, id, name, created_at)
   SELECT $1::text::uuid, md5($1::text || i)::uuid, 'Account', now() FROM generate_series(1, ${ROWS}) AS i`,
  `INSERT INTO party_link (tenant_id, ref, account_id, rule)
   SELECT $1::text::uuid, 'hubspot:company:' || i, md5($1::text || i)::uuid, 'anchor' FROM generate_series(1, ${ROWS}) AS i`,
  `INSERT INTO source_record (tenant_id, ref, connection_id, updated_at, record)
   SELECT $1::text::uuid, 'hubspot:company:' || i, $1::text::uuid, now(), '{}' FROM generate_series(1, ${ROWS}) AS i`,
  `INSERT INTO observation (tenant_id, subject, at, kind, key, value_hash, source, value)
   SELECT $1::text::uuid, 'hubspot:company:' || i, now(), 'usage', 'logins', md5('1')::uuid, 'hubspot', '1'
   FROM generate_series(1, ${ROWS}) AS i`,
  `INSERT INTO health_current (tenant_id, account_id, scored_at, fingerprint, memories)
   SELECT $1::text::uuid, md5($1::text || i)::uuid, now(), '', '[]' FROM generate_series(1, ${ROWS}) AS i`,
  `INSERT INTO health_snapshot (tenant_id, account_id, at, is_reconstructed)
   SELECT $1::text::uuid, md5($1::text || i)::uuid, now() - interval '40 days', false FROM generate_series(1, ${ROWS}) AS i`,
];

interface Node {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Join Filter"?: number;
  Plans?: Node[];
}

/** Rows that the statement looked at, in whatever step. */
const rowsOf = (node: Node): number =>
  node["Actual Loops"] *
    (node["Actual Rows"] +
      (node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Join Filter"] ?? 0)) +
  (node.Plans ?? []).reduce((sum, inner) => sum + rowsOf(inner), 0);

async function rowsRead(sql: Sql, statement: string, values: readonly string[]): Promise<number> {
  const [row] = await sql.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`,
    values,
  );
  if (row === undefined) throw new Error("EXPLAIN says nothing");
  return rowsOf(row["QUERY PLAN"][0].Plan);
}

onServerDatabase("a tenant that is not in the statistics yet", (under) => {
  const tenant = randomUUID();
  beforeAll(async () => {
    const fill = async (id: string) => {
      for (const statement of FILL) await under.database.query(statement, [id]);
    };
    // two known ones make every tenant that is known a frequent one; then a stranger is taken for nobody
    for (const known of [randomUUID(), randomUUID()]) await fill(known);
    await under.database.script(`ANALYZE ${TABLES.join(", ")}`);
    await fill(tenant);
  });

  const numbers = Array.from({ length: ASKED }, (_, n) => n + 1);
  const refs = (): string => `{${numbers.map((n) => `"hubspot:company:${n}"`).join(",")}}`;
  const accounts = async (): Promise<string[]> =>
    (
      await under.database.query<{ id: string }>(
        `SELECT md5($1::text || i)::uuid AS id FROM generate_series(1, ${ASKED}) AS i`,
        [tenant],
      )
    ).map((row) => row.id);
  /** Every step hands the same rows on; reading all of the tenant's would be twice as many at the least. */
  const FEW = ASKED * 20;

  it("has its records read by their keys", async () => {
    expect(await rowsRead(under.database, KNOWN_RECORDS, [tenant, refs()])).toBeLessThan(FEW);
  });

  it("has its accounts and results read by their keys", async () => {
    const now = new Date();
    const moments = (await accounts()).map((a) => ({ a, t: now, m: now, l: null }));
    const values = [tenant, JSON.stringify(moments)];
    expect(await rowsRead(under.database, ACCOUNTS_TO_SCORE, values)).toBeLessThan(FEW);
  });

  it("has its facts read by their keys", async () => {
    const values = [tenant, `{${(await accounts()).join(",")}}`];
    expect(await rowsRead(under.database, OBSERVATIONS_TO_SCORE, values)).toBeLessThan(FEW);
  });

  describe("with a backlog of marks, which the statistics know as empty tables", () => {
    beforeAll(async () => {
      await under.database.script("VACUUM ANALYZE record_mark, account_mark");
      await under.database.query(
        `INSERT INTO record_mark (tenant_id, connection_id, platform, object_type, object_id)
         SELECT $1::text::uuid, $1::text::uuid, 'hubspot', 'company', i::text FROM generate_series(1, ${ROWS}) AS i`,
        [tenant],
      );
      await under.database.query(
        `INSERT INTO account_mark (tenant_id, account_id)
         SELECT $1::text::uuid, md5($1::text || i)::uuid FROM generate_series(1, ${ROWS}) AS i`,
        [tenant],
      );
    });

    it.each([
      ["locked", LOCK_RECORDS],
      ["settled", SETTLE_RECORDS],
    ])("has its records' claims %s by their keys", async (_, statement) => {
      const claims = numbers.map((n) => ({ y: "company", i: String(n), v: 1 }));
      const values = [tenant, tenant, JSON.stringify(claims)];
      expect(await rowsRead(under.database, statement, values)).toBeLessThan(FEW);
    });

    it.each([
      ["locked", LOCK_ACCOUNTS],
      ["settled", SETTLE_ACCOUNTS],
    ])("has its accounts' claims %s by their keys", async (_, statement) => {
      const claims = (await accounts()).map((a) => ({ t: tenant, a, v: 1 }));
      expect(await rowsRead(under.database, statement, [JSON.stringify(claims)])).toBeLessThan(FEW);
    });
  });
});
