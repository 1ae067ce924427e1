import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingMigration } from "../../server/scripts/schema-engine.ts";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { migrate, readMigrations } from "../../server/src/adapters/db/migrations.ts";
import { createServerDatabase, forEachDatabase, newTenant, TEST_SERVER } from "../support/database.ts";

it("has migrations that say what the schema says", async () => {
  expect(await missingMigration(await readMigrations())).toBeNull();
});

it("says that a server does not answer, instead of a driver's words", async () => {
  const nowhere = openDatabase({ databaseUrl: "postgres://127.0.0.1:1/none", dataDir: null });
  await expect(nowhere).rejects.toMatchObject({ code: "unavailable" });
});

forEachDatabase("Database", (under) => {
  it("applies each migration once, also when it is asked again by several at once", async () => {
    const migrations = await readMigrations();
    const applied = await Promise.all([1, 2, 3].map(() => migrate(under.database, migrations)));
    expect(applied).toEqual([[], [], []]);
    const rows = await under.database.query("SELECT migration_name FROM _prisma_migrations");
    expect(rows).toHaveLength(migrations.length);
  });

  it("leaves nothing of a migration that fails halfway, and applies it when it is right", async () => {
    const name = "99990101000000_probe";
    const wrong = { name, sql: "CREATE TABLE probe (id int); SELECT 1 / 0;" };
    await expect(migrate(under.database, [wrong])).rejects.toThrow("division by zero");
    const right = { name, sql: "CREATE TABLE probe (id int);" };
    expect(await migrate(under.database, [right])).toEqual([name]);
    await under.database.script("DROP TABLE probe");
    await under.database.query("DELETE FROM _prisma_migrations WHERE migration_name = $1", [name]);
  });

  it("refuses to go on after a migration that Prisma's own CLI left half done", async () => {
    await under.database.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', 'half_done')",
    );
    await expect(migrate(under.database, [])).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("half_done"),
    });
    await under.database.query("DELETE FROM _prisma_migrations WHERE id = 'x'");
  });

  it("keeps nothing of a transaction that throws", async () => {
    const tenant = newTenant();
    const failing = under.database.transaction(async (sql) => {
      await sql.query("INSERT INTO tenant VALUES ($1, 'x', now())", [tenant]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(
      await under.database.orm((prisma) => prisma.tenant.findUnique({ where: { id: tenant } })),
    ).toBeNull();
  });

  it("repeats a transaction that lost a deadlock", async () => {
    const tenants = [newTenant(), newTenant()].toSorted();
    for (const id of tenants) await under.database.query("INSERT INTO tenant VALUES ($1, '', now())", [id]);
    const both = (order: readonly string[], letter: string) =>
      under.database.transaction(async (sql) => {
        for (const id of order) {
          await sql.query("UPDATE tenant SET name = name || $2 WHERE id = $1", [id, letter]);
          await wait(100);
        }
      });
    await Promise.all([both(tenants, "a"), both(tenants.toReversed(), "b")]);
    const rows = await under.database.query<{ name: string }>(
      "SELECT name FROM tenant WHERE id = ANY($1::uuid[])",
      [tenants],
    );
    expect(rows.map((row) => [...row.name].toSorted().join(""))).toEqual(["ab", "ab"]);
  });

  it("lets one at a time do what is exclusive, goes on after a failure, and repeats nothing", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        under.database.exclusive("test", async () => {
          most = Math.max(most, ++running);
          runs++;
          await wait(5);
          running--;
          if (i === 2) throw Object.assign(new Error("deadlock of somebody else"), { code: "40P01" });
        }),
      ),
    );
    expect({ most, runs }).toEqual({ most: 1, runs: 6 });
    expect(outcomes.filter((outcome) => outcome.status === "rejected")).toHaveLength(1);
  });

  it("gives numbers, times and JSON the same shape wherever it runs", async () => {
    const [row] = await under.database.query(
      `SELECT 9007199254740991::bigint AS big, NULL AS nothing, '{"a":[1,null]}'::jsonb AS json,
         '2026-02-01 01:00:00.5+01'::timestamptz AS at, ARRAY['a','b'] AS list`,
    );
    expect(row).toEqual({
      big: 9007199254740991,
      nothing: null,
      json: { a: [1, null] },
      at: new Date("2026-02-01T00:00:00.500Z"),
      list: ["a", "b"],
    });
  });

  it("says whether it is ready", async () => {
    expect(await under.database.isReady()).toBe(true);
  });
});

describe.skipIf(TEST_SERVER === null)("Database of several processes (PostgreSQL)", () => {
  let url: string;
  let drop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    ({ url, drop } = await createServerDatabase());
  });
  afterAll(() => drop?.());

  it("migrates once when several start at once, and excludes over their connections", async () => {
    const open = () => openDatabase({ databaseUrl: url, dataDir: null });
    const [one, two] = await Promise.all([open(), open()]);
    const order: string[] = [];
    const first = one.exclusive("shared name", async () => {
      order.push("one in");
      await wait(150);
      order.push("one out");
    });
    await wait(50);
    await two.exclusive("shared name", async () => void order.push("two in"));
    expect(order).toEqual(["one in", "one out", "two in"]);
    await first;
    await Promise.all([one.close(), two.close()]);
  });

  it("survives its connections being cut: the next call works again", async () => {
    const database = await openDatabase({
      databaseUrl: url,
      dataDir: null,
      applicationName: "bellwether-cut",
    });
    await expect(
      database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bellwether-cut'",
      ),
    ).rejects.toMatchObject({ code: "unavailable" });
    await expect(
      database.transaction(async (sql) => {
        await sql.query("SELECT pg_terminate_backend(pg_backend_pid())");
      }),
    ).rejects.toMatchObject({ code: "unavailable" });
    expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await database.orm((prisma) => prisma.tenant.count())).toBe(0);
    await database.close();
  });
});
