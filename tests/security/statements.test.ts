import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

const read = (path: string): Promise<string> =>
  readFile(new URL(`../../server/${path}`, import.meta.url), "utf8");
const schema = await read("prisma/schema.prisma");

/** Tables by whether their rows belong to a tenant. */
const tables = [...schema.matchAll(/^model \w+ \{(.*?)^\}/gms)].map(([, body = ""]) => ({
  name: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? "",
  body,
  hasTenant: body.includes('@map("tenant_id")'),
}));
const tenantTables = new Set(tables.filter((table) => table.hasTenant).map((table) => table.name));

/** The rows of these are of the installation, not of a tenant. */
const OF_NO_TENANT = ["tenant", "process_heartbeat"];

/**
 * Statements that go over all tenants by purpose, each with its reason. They run in sweeps and at start, their rows
 * go to jobs of single tenants, and no route reaches them.
 */
const OVER_ALL_TENANTS: Readonly<Record<string, string>> = {
  "adapters/db/workload.ts": "gauges for whoever runs the installation: counts and ages, no rows",
  "adapters/db/dead-letter-store.ts: SELECT row.platform, 'write' AS kind, count(*)":
    "the same, of what was given up",
  "adapters/db/outbox-store.ts: SELECT DISTINCT row.connection_id":
    "which connections have something to write; the job reads each for itself",
  "adapters/db/reconciliation-sql.ts: SELECT connection_id AS id FROM reconciliation":
    "which comparisons to go on with",
  "adapters/db/ready-card-sql.ts: DELETE FROM ready_card WHERE valid_until":
    "cards whose time is over may go, whosever they are; nothing of them is read",
  "adapters/db/usage-gauge-sql.ts: UPDATE usage_group SET due_at":
    "at midnight the windows of all groups move",
};

interface Statement {
  where: string;
  text: string;
  named: string[];
}

/** Every literal that reads or writes a tenant's table. */
async function statements(): Promise<Statement[]> {
  const folder = new URL("../../server/src/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("generated/"),
  );
  const found = await Promise.all(
    files.map(async (file) => {
      const source = await readFile(new URL(file, folder), "utf8");
      const literals = [...source.matchAll(/`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g)].map(
        ([, template, plain]) => template ?? plain ?? "",
      );
      return literals.flatMap((text) => {
        const named = [
          ...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?"?([a-z_]+)"?/g),
        ].map(([, name = ""]) => name);
        const ours = named.filter((name) => tenantTables.has(name));
        return ours.length > 0 ? [{ where: file, text, named: ours }] : [];
      });
    }),
  );
  return found.flat();
}

/** What statements are put together from, by name: each definition up to the end of it. */
async function definitions(): Promise<Map<string, string>> {
  const folder = new URL("../../server/src/adapters/db/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
  return new Map(
    texts.flatMap((text) =>
      [
        ...text.matchAll(
          /^(?:export )?(?:const|function) (\w+)(.*?)(?=^(?:export |const |function |\/\*\*))/gms,
        ),
      ].map(([, name = "", body = ""]): [string, string] => [name, body]),
    ),
  );
}

const MAX_DEPTH = 5;
function hasTenant(text: string, parts: ReadonlyMap<string, string>, depth = 0): boolean {
  if (/\btenant_id\b/.test(text)) return true;
  const used = [...text.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, piece = ""]) => piece.match(/\w+/g) ?? []);
  return depth < MAX_DEPTH && used.some((name) => hasTenant(parts.get(name) ?? "", parts, depth + 1));
}

/** Found before the tenant is known: requests are attributed to a tenant by these; the last one is for a sweep. */
const WITHOUT_TENANT_FIRST = new Set([
  "connection.id",
  "connection.platform",
  "api_token.tokenHash",
  "write_key.keyHash",
  "delivery.receivedAt",
]);

describe("tenant isolation in the database (ASVS 8.4.1, 8.3.3)", () => {
  it("has the tenant in every table, first in every key and index", () => {
    expect(
      tables
        .filter((table) => !table.hasTenant)
        .map((table) => table.name)
        .toSorted(),
    ).toEqual(OF_NO_TENANT.toSorted());
    for (const { name, body } of tables.filter((table) => table.hasTenant)) {
      const keys = [...body.matchAll(/@@(?:id|unique|index)\(\[(\w+)/g)].map(([, first]) => first);
      const own = body.match(/@id /g) ?? [];
      expect([name, keys.length + own.length > 0]).toEqual([name, true]);
      for (const first of keys)
        if (!WITHOUT_TENANT_FIRST.has(`${name}.${first}`)) expect([name, first]).toEqual([name, "tenantId"]);
    }
  });

  it("names the tenant in every statement that touches a tenant's table", async () => {
    const [all, parts] = await Promise.all([statements(), definitions()]);
    expect(all.length).toBeGreaterThan(50);
    const without = all
      .filter(({ text }) => !hasTenant(text, parts))
      .map(({ where, text }) => `${where}: ${text.replaceAll(/\s+/g, " ").trim().slice(0, 100)}`)
      .filter((shown) => !Object.keys(OVER_ALL_TENANTS).some((known) => shown.startsWith(known)));
    expect(without).toEqual([]);
  });
});
