import type pg from "pg";
import { withClient } from "../support/with-client.ts";

/** Templates that the product itself read, matched, scored and wrote back. */
export const TEMPLATES = 500;
/** Ids of companies: the templates first, then their copies. */
export const FIRST_COMPANY = 5_000_001;
export const companyId = (n: number): string => String(FIRST_COMPANY + n);
export const templateOf = (id: string): string => companyId((Number(id) - FIRST_COMPANY) % TEMPLATES);

/** SQL: a text or JSON with the template's company id in it, for the copy. */
const renamed = (column: string): string => `replace(row.${column}::text, ids.old_id, ids.new_id)`;

interface Copied {
  /** SQL: which rows are the template's. */
  own: string;
  /** SQL of the columns that name the company or the account; all others are copied, whatever a table has. */
  columns: Readonly<Record<string, string>>;
}
const byRef = (column: string, columns: Copied["columns"] = {}): Copied => ({
  own: `row.${column} = ids.old_ref`,
  columns: { [column]: "ids.new_ref", ...columns },
});
const byAccount = (column: string, more = ""): Copied => ({
  own: `row.${column} = ids.old_account${more}`,
  columns: { [column]: "ids.new_account" },
});
const TABLES: Readonly<Record<string, Copied>> = {
  account: byAccount("id"),
  party: byRef("ref", {
    name: renamed("name"),
    name_key: renamed("name_key"),
    domains: "ARRAY['c' || ids.new_id || '.example']",
  }),
  party_domain: byRef("ref", { domain: "'c' || ids.new_id || '.example'" }),
  party_link: byRef("ref", { account_id: "ids.new_account" }),
  source_record: byRef("ref", { record: `${renamed("record")}::json` }),
  observation: byRef("subject", { position: "nextval(pg_get_serial_sequence('observation', 'position'))" }),
  health_current: byAccount("account_id"),
  health_snapshot: byAccount("account_id", " AND NOT row.is_reconstructed"),
  account_outlook: byAccount("account_id"),
  outbox: {
    own: "row.object_type = 'company' AND row.object_id = ids.old_id",
    columns: { object_id: "ids.new_id", account_id: "ids.new_account" },
  },
};

/**
 * Makes a book of `accounts` out of the templates, row by row what the product stored of them: read, matched, scored
 * and confirmed by the platform.
 */
export async function multiplyTemplates(url: string, accounts: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("SET synchronous_commit = off");
    await client.query(
      `CREATE TEMPORARY TABLE ids AS
       SELECT link.tenant_id, link.ref AS old_ref, split_part(link.ref, ':', 3) AS old_id, link.account_id AS old_account,
         ($1::int + copy.n)::text AS new_id, 'hubspot:company:' || ($1::int + copy.n) AS new_ref,
         md5('bench ' || copy.n)::uuid AS new_account
       FROM generate_series($2::int, $3::int - 1) AS copy (n)
       JOIN party_link AS link ON link.ref = 'hubspot:company:' || ($1::int + copy.n % $2::int)`,
      [FIRST_COMPANY, TEMPLATES, accounts],
    );
    await client.query("ANALYZE ids");
    for (const [table, copied] of Object.entries(TABLES)) {
      await copyRows(client, table, copied);
    }
    await client.query(`VACUUM ANALYZE ${Object.keys(TABLES).join(", ")}`);
  });
}

async function copyRows(client: pg.Client, table: string, { own, columns }: Copied): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1",
    [table],
  );
  const names = rows.map(({ name }) => name);
  await client.query(
    `INSERT INTO ${table} (${names.join(", ")}) SELECT ${names.map((name) => columns[name] ?? `row.${name}`).join(", ")}
     FROM ids JOIN ${table} AS row ON row.tenant_id = ids.tenant_id AND ${own} ORDER BY ids.new_id`,
  );
}
