import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Sql } from "../../server/src/adapters/db/sql.ts";
import type { Sandbox, SandboxAccount } from "../sandbox/index.ts";
import type { Random } from "../sandbox/random.ts";
import { TEST_SERVER } from "../support/database.ts";
import type { Taken } from "../support/event-world.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { oracleFromNow } from "./support/oracle.ts";
import { drawsFor, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const CANARY = "Canaria";

describe.skipIf(TEST_SERVER === null)("F12 records that go (needs PostgreSQL)", () => {
  it("F12 merged, deleted, restored and erased in any order, with late events and kills, leave what should be left", async () => {
    const random = drawsFor("F12");
    const rounds = sized(3, 1);
    const world = await openFaultWorld({ kind: "server", sandbox: { accounts: sized(80, 24) } });
    const { sandbox, sender } = world;
    sandbox.setHubspotWebhook({
      url: `${world.url}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: 1,
    });
    const servers: ServerProcess[] = [];
    try {
      let server = await world.start();
      servers.push(server);
      showOnFailure(() => servers.slice(-1));
      await untilReady(world, server);
      const deeds = deedsOn(sandbox, random, rounds);
      const oracle = await oracleFromNow(sandbox); // knows those who will be erased: whoever left is not unknown
      const from = Date.now();
      const late: Taken[] = [];
      const stream = startStream(sandbox, sender, random, { everyMs: 150, changes: 0 });
      const kills = sized(8, 2);
      const perKill = Math.floor(deeds.length / kills);
      for (const [n, { deed, lateEvents }] of deeds.entries()) {
        deed();
        for (const event of lateEvents ?? []) {
          await sleep(random.int(0, 200));
          void sender.send([event]);
          late.push({ platform: "hubspot", body: JSON.stringify([event]) });
        }
        await sleep(random.int(20, 400));
        if (n % perKill !== perKill - 1) continue;
        await world.kill(server);
        server = await world.start();
        servers.push(server);
      }
      stream.stop();
      await sandbox.deliver.idle();
      // what came back is shown its values once more, and parties that went to another account have that one's
      world.disturbances.push({ from, to: Date.now(), calls: 1_000 });
      const report = await world.settle([server], () => oracle.after(late));
      await oracle.close();
      const dead = goneIn(sandbox);
      sayFault("F12", {
        kills: perKill > 0 ? servers.length - 1 : 0,
        report,
        measured: { deeds: deeds.length, dead: dead.length },
      });
      expect(report.violations).toEqual([]);
      expect(sender.wrongAnswers).toEqual([]);
      await world.look(async (database) => {
        expect(await writesToTheDead(database, dead)).toEqual([]);
        expect(await tablesWith(database, CANARY)).toEqual([]);
        expect(await withoutSurvivor(database)).toEqual([]);
      });
      expect(servers.filter((each) => each.log().includes(CANARY))).toEqual([]);
    } finally {
      await world.remove();
    }
  });
});

interface Deed {
  deed(): void;
  /** About what is gone by then. */
  lateEvents?: LateEvent[];
}
type LateEvent = Parameters<FaultWorld["sender"]["send"]>[0][number];

/** What happens to records, in an order that is drawn; what belongs together keeps its own order. */
function deedsOn(sandbox: Sandbox, random: Random, rounds: number): Deed[] {
  // a prospect has no account that a merge could leave to anybody
  const victims = random.shuffle(
    sandbox.accounts.filter(({ story }) => story !== "churned" && story !== "prospect"),
  );
  const tracks = Array.from({ length: rounds }, (_, round) =>
    tracksOf(sandbox, random, victims, round),
  ).flat();
  const order = random.shuffle(tracks.flatMap((track, n) => track.map(() => n)));
  const next = tracks.map((track) => track[Symbol.iterator]());
  return order.flatMap((n) => next[n]?.next().value ?? []);
}

function tracksOf(sandbox: Sandbox, random: Random, victims: SandboxAccount[], round: number): Deed[][] {
  const { hubspot, zendesk, zendeskHappens } = sandbox;
  const company = () => hubspot.get("companies", victims.pop()?.hubspotCompanyId ?? raise("no account"));
  const tickets = [...zendesk.tickets.values()].filter(({ status }) => status === "open");
  const ticket = () => tickets.splice(random.int(0, tickets.length - 1), 1)[0] ?? raise("no open ticket");
  const organizations = victims.flatMap(({ zendeskOrganizationId: id }) => {
    const found = zendesk.organizations.get(Number(id));
    return found ? [found] : [];
  });
  const [back, gone, first, second, third, fourth] = [
    company(),
    company(),
    company(),
    company(),
    company(),
    company(),
  ];
  const [restored, destroyed] = [ticket(), ticket()];
  const organization = organizations[round] ?? raise("no organization");
  const [deal, lostDeal] = [...hubspot.all("deals")].slice(2 * round);
  const person = hubspot.create("contacts", {
    email: `${CANARY}${round}@person.example`,
    firstname: `${CANARY}${round}`,
    hs_buying_role: "CHAMPION",
  });
  hubspot.link(person, first, true);
  const lateOn = (kind: string, id: string): LateEvent => ({
    eventId: random.int(1_000_000, 90_000_000),
    portalId: Number(sandbox.portalId),
    objectId: Number(id),
    occurredAt: Date.now() - 60_000,
    subscriptionType: `${kind}.propertyChange`,
    propertyName: kind === "contact" ? "firstname" : "name",
    propertyValue: kind === "contact" ? `${CANARY} late` : "late",
  });
  return [
    [{ deed: () => hubspot.archive(back) }, { deed: () => hubspot.restore(back) }],
    [{ deed: () => hubspot.archive(gone), lateEvents: [lateOn("company", gone.id)] }],
    [{ deed: () => hubspot.merge(first, second), lateEvents: [lateOn("company", second.id)] }],
    [{ deed: () => void hubspot.mergeIntoNew(third, fourth), lateEvents: [lateOn("company", third.id)] }],
    [
      { deed: () => hubspot.update(person, { lastname: `${CANARY}${round} again` }) },
      { deed: () => hubspot.erase(person), lateEvents: [lateOn("contact", person.id)] },
    ],
    [{ deed: () => deal && hubspot.archive(deal) }, { deed: () => deal && hubspot.restore(deal) }],
    [{ deed: () => lostDeal && hubspot.archive(lostDeal) }],
    [{ deed: () => zendesk.deleteTicket(restored) }, { deed: () => zendeskHappens.undelete(restored) }],
    [{ deed: () => zendesk.deleteTicket(destroyed) }, { deed: () => zendeskHappens.destroy(destroyed) }],
    [{ deed: () => zendeskHappens.deleteOrganization(organization) }],
  ];
}

function raise(what: string): never {
  throw new Error(`the book has ${what} left`);
}

/** Ids of companies and organizations that nobody may write to any more. */
function goneIn({ hubspot, zendesk, accounts }: Sandbox): string[] {
  const companies = accounts.filter(({ hubspotCompanyId: id }) => {
    const record = hubspot.find("companies", id);
    return record === null || record.archivedAt !== null;
  });
  const organizations = [...zendesk.organizations.values()].filter(({ deletedAt }) => deletedAt !== null);
  return [
    ...companies.map(({ hubspotCompanyId }) => hubspotCompanyId),
    ...organizations.map(({ id }) => String(id)),
  ];
}

/**
 * Rows that wait to be written to them, and refusals that were met more than once. A score that was calculated when
 * the record was still there may be refused once.
 */
async function writesToTheDead(database: Sql, dead: readonly string[]): Promise<unknown[]> {
  return database.query(
    `SELECT object_type, object_id, 'waits' AS what FROM outbox
       WHERE object_id = ANY($1::text[]) AND (is_pending OR parked_at IS NOT NULL)
     UNION ALL SELECT object_type, object_id, 'was tried ' || count(*) || ' times' FROM write_log
     WHERE object_id = ANY($1::text[]) AND outcome <> 'confirmed' GROUP BY 1, 2 HAVING count(*) > 1`,
    [[...dead]],
  );
}

/** Tables that have the text anywhere in them, those of the queue too. */
async function tablesWith(database: Sql, text: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const column = name === "public.delivery" ? "encode(body, 'escape')" : "t::text";
    const rows = await database.query(`SELECT 1 FROM ${name} AS t WHERE ${column} ILIKE $1 LIMIT 1`, [
      `%${text}%`,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** Records that were merged and are not of the account, or have not left their history to it, that goes on for them. */
const withoutSurvivor = (database: Sql): Promise<unknown[]> =>
  database.query(
    `SELECT fate.ref, fate.into_ref, fate.settled_at FROM record_fate AS fate
     LEFT JOIN party_link AS old ON old.tenant_id = fate.tenant_id AND old.ref = fate.ref
     LEFT JOIN party_link AS new ON new.tenant_id = fate.tenant_id AND new.ref = fate.into_ref
     WHERE fate.kind IN ('merged', 'renamed')
       AND (fate.settled_at IS NULL OR old.account_id IS DISTINCT FROM new.account_id
         OR NOT EXISTS (SELECT 1 FROM observation AS o WHERE o.tenant_id = fate.tenant_id AND o.subject = fate.ref))`,
  );
