import { randomUUID } from "node:crypto";
import { DAY_MS, MINUTE_MS, type TenantId } from "@bellwether/shared";
import type pg from "pg";

/** One account in a hundred says something else the next day: the share that the measured floors speak of. */
export const MOVING_SHARE = 0.01;
/** Calm accounts with a ledger of their own, whose outlooks all other calm ones have, too. */
const TEMPLATES = 1_000;
const READ_BEFORE_MS = 10 * MINUTE_MS;

export interface Book {
  tenantId: TenantId;
  accounts: number;
  moving: number;
}

/** Fact, its key, days ago, its value as JSON: 12 signals of the default scorecard are measured from them. */
type Fact = readonly [kind: string, key: string, daysAgo: string, value: string];
const FACTS: readonly Fact[] = [
  ["profile", "'name'", "500", "to_jsonb('Account ' || i)"],
  ["profile", "'becameCustomerAt'", "500", `to_jsonb('2024-06-01T00:00:00.000Z'::text)`],
  ["contact", "'contact:' || i", "300", `'{"role":"champion","isBounced":false}'::jsonb`],
  ["touch", "'company'", "CONTACT", "'{}'::jsonb"],
  ["usage", "'seats'", "400", "to_jsonb(40 + i % 20)"],
  ["usage", "'activeUsers'", "100", "to_jsonb(20 + i % 17)"],
  ["usage", "'activeUsers'", "2", "to_jsonb(20 + i % 19)"],
  ["usage", "'logins'", "2", "to_jsonb(100 + i % 150)"],
  ["usage", "'featuresActivated'", "2", "to_jsonb(3 + i % 7)"],
  ["usage", "'featuresAvailable'", "400", "to_jsonb(10)"],
  ["rating", "'hubspot:' || i", "20", "jsonb_build_object('metric', 'nps', 'score', 7 + i % 4)"],
];

/**
 * A tenant with accounts as the day before left them, but not scored yet: those with a ledger are marked. The moving
 * ones were last spoken to 30 days ago, which costs a tenth of a point every day; the calm ones 200 days ago.
 */
export async function makeBook(client: pg.Client, accounts: number, now: Date): Promise<Book> {
  const tenantId = randomUUID() as TenantId;
  const moving = Math.round(accounts * MOVING_SHARE);
  const calm = Math.min(TEMPLATES, accounts - moving);
  await client.query("INSERT INTO tenant VALUES ($1, 'Bench', $2)", [tenantId, now]);
  await connect(client, tenantId, now);
  await addAccounts(client, tenantId, 1, accounts);
  for (const [first, last, contact] of [
    [1, moving, 30],
    [moving + 1, moving + calm, 200],
  ] as const) {
    await client.query(
      `INSERT INTO party_link (tenant_id, ref, account_id, rule)
       SELECT $1::uuid, 'hubspot:company:' || i, ${idOf("i")}, 'anchor' FROM generate_series($2::int, $3::int) AS i`,
      [tenantId, first, last],
    );
    for (const [kind, key, days, value] of FACTS)
      await client.query(
        `INSERT INTO observation (tenant_id, subject, at, kind, key, value_hash, source, value)
         SELECT $1::uuid, 'hubspot:company:' || i, $4::timestamptz - make_interval(days => ${days.replace("CONTACT", String(contact))}),
           '${kind}', ${key}, md5((${value})::text)::uuid, 'hubspot', ${value} FROM generate_series($2::int, $3::int) AS i`,
        [tenantId, first, last, new Date(now.getTime() - 3 * 60 * MINUTE_MS)],
      );
    await client.query(
      `INSERT INTO account_mark (tenant_id, account_id) SELECT $1::uuid, ${idOf("i")} FROM generate_series($2::int, $3::int) AS i`,
      [tenantId, first, last],
    );
  }
  await client.query("ANALYZE account, party_link, observation, account_mark");
  return { tenantId, accounts, moving };
}

/**
 * Once those with a ledger are scored: the other calm accounts have the outlooks of templates. Of a hundred calm
 * accounts one has its risk move over a thousandth in a day; it is no template, for it has a ledger to be calculated
 * from, and its copies would have none.
 * @returns how many accounts have changed by then
 */
export async function multiplyCalm(client: pg.Client, book: Book, nextDay: Date): Promise<number> {
  const { tenantId, accounts, moving } = book;
  const { rows: calm } = await client.query<{ id: string }>(
    "SELECT account_id AS id FROM account_outlook WHERE tenant_id = $1 AND until > $2 ORDER BY 1",
    [tenantId, nextDay.getTime()],
  );
  const withLedger = moving + Math.min(TEMPLATES, accounts - moving);
  await client.query(
    `INSERT INTO account_outlook
     SELECT $1::uuid, ${idOf("i")}, under, made_at, until, moved_at, kind, stale FROM generate_series($2::int, $3::int) AS i
     JOIN unnest($4::uuid[]) WITH ORDINALITY AS template (id, number) ON template.number = 1 + i % $5::int
     JOIN account_outlook AS known ON known.tenant_id = $1::uuid AND known.account_id = template.id
     ORDER BY 2`,
    [tenantId, withLedger + 1, accounts, calm.map(({ id }) => id), calm.length],
  );
  await client.query("VACUUM ANALYZE account, account_outlook, account_mark");
  return withLedger - calm.length;
}

/** The sources were read just before `now`, as they are all the time. */
export async function readSources(
  client: pg.Client,
  { tenantId }: Pick<Book, "tenantId">,
  now: Date,
): Promise<void> {
  await client.query("UPDATE connection SET synced_at = $2 WHERE tenant_id = $1", [
    tenantId,
    new Date(now.getTime() - READ_BEFORE_MS),
  ]);
}

const NOTHING_CHOSEN = JSON.stringify({
  fieldMap: {},
  writeBackKeys: null,
  ticketFieldId: null,
  webhookId: null,
  actorId: null,
});

const connect = (client: pg.Client, tenantId: TenantId, now: Date): Promise<unknown> =>
  client.query(
    `INSERT INTO connection (tenant_id, id, platform, external_id, mode, status, scopes, config, connected_at, synced_at)
     VALUES ($1, $2::text::uuid, 'hubspot', $2::text, 'token', 'active', '{}', $4, $3, $3)`,
    [tenantId, randomUUID(), new Date(now.getTime() - 500 * DAY_MS), NOTHING_CHOSEN],
  );

const addAccounts = (client: pg.Client, tenantId: TenantId, first: number, last: number): Promise<unknown> =>
  client.query(
    `INSERT INTO account (tenant_id, id, name, created_at)
     SELECT $1::uuid, ${idOf("i")}, 'Account ' || i, now() - interval '500 days' FROM generate_series($2::int, $3::int) AS i`,
    [tenantId, first, last],
  );

/** SQL: the id of the i-th account; consecutive, as time-ordered ids are. */
const idOf = (i: string): string => `('00000000-0000-7000-8000-' || lpad(to_hex(${i}), 12, '0'))::uuid`;
