import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type MatchAction, type RecordRef } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { OutboxRow, StoredMatchAction } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import {
  change,
  company,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  ticket,
  zendeskTicket,
} from "../support/stores.ts";

const PARTIES = [ref("company", "1"), ref("company", "2"), ref("organization", "3")] as const;

/** Two customers, the second with an organization, whose use goes different ways. */
interface Customers {
  book: ScoredBook;
  first: AccountId;
  second: AccountId;
}

forEachDatabase("Histories of matched accounts", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const twoCustomers = async (): Promise<Customers> => {
    const book = await ScoredBook.open(under.database, stores);
    await stores.ledger.commit(
      change(book.world, {
        records: [company("1"), company("2"), organization("3"), ticket("9", [PARTIES[2]])],
      }),
    );
    const [first, second] = [await book.account(PARTIES[0]), await book.account(PARTIES[1], PARTIES[2])];
    await book.tell(
      [200, 160, 120, 80, 40, 5].flatMap((days) => [
        observed(PARTIES[0], book.daysAgo(days), { kind: "usage", key: "activeUsers", value: days }),
        observed(PARTIES[1], book.daysAgo(days), { kind: "usage", key: "activeUsers", value: 300 - days }),
      ]),
    );
    await book.addScorecard("own-1", 40);
    await book.activate("own-1");
    await book.score();
    return { book, first, second };
  };
  const act = async (book: ScoredBook, action: MatchAction): Promise<StoredMatchAction> => {
    const [outcome] = await stores.matches.act(book.world.tenantId, [{ id: randomUUID(), action }], {
      at: book.now,
      actor: { id: "token:1", name: "Ann" },
      ownAccountOf: () => OWN,
    });
    if (outcome?.kind !== "done") throw new Error(JSON.stringify(outcome));
    return outcome.action;
  };
  const OWN = accountId.parse(randomUUID());
  const told = async ({ book, first, second }: Customers) => {
    const { tenantId } = book.world;
    const of = async (id: AccountId) => ({
      latest: (await stores.scores.latest(tenantId, id))?.result,
      history: await stores.scores.history(tenantId, id, new Date(0)),
      ledger: (await stores.scores.ledgers(tenantId, [id], book.now)).map(
        ({ monthAgo, memories, subjects, observations }) => ({ monthAgo, memories, subjects, observations }),
      ),
    });
    return [await of(first), await of(second)];
  };

  it("gives both customers the very scores back at the same moment", async () => {
    const customers = await twoCustomers();
    const { book, first, second } = customers;
    const before = await told(customers);
    expect(before.map((of) => of.latest?.healthScore)).toEqual([expect.any(Number), expect.any(Number)]);
    const action = await act(book, { kind: "merge", from: second, into: first });
    await book.score("marked");
    expect((await told(customers))[0]?.latest).not.toEqual(before[0]?.latest);
    await act(book, { kind: "undo", id: action.id });
    await book.score("marked");
    expect(await told(customers)).toEqual(before);
  });

  it("forgets what a shadow scorecard said while they were taken for one", async () => {
    const { book, first, second } = await twoCustomers();
    const { tenantId } = book.world;
    const shadow = (accountId: AccountId, at: Date) =>
      stores.shadows.save(tenantId, [
        { accountId, version: "new-1", at, healthScore: 50, band: "yellow", isAtRisk: false, memory: {} },
      ]);
    const before = book.daysAgo(3);
    for (const account of [first, second]) await shadow(account, before);
    const action = await act(book, { kind: "merge", from: second, into: first });
    await shadow(first, book.now);
    await act(book, { kind: "undo", id: action.id });
    const latest = await stores.shadows.latest(tenantId, "new-1", [first, second]);
    expect([first, second].map((account) => latest.get(account)?.at)).toEqual([before, before]);
  });

  it("gives both customers histories as if they had never been one, however long they were", async () => {
    const [wrong, right] = [await twoCustomers(), await twoCustomers()];
    for (const { book } of [wrong, right]) {
      book.pass(5);
      await book.score();
    }
    const action = await act(wrong.book, { kind: "merge", from: wrong.second, into: wrong.first });
    for (let days = 0; days < 40; days += 4) {
      for (const { book } of [wrong, right]) book.pass(4);
      await wrong.book.score();
    }
    expect((await told(wrong))[0]).not.toEqual((await told(right))[0]);
    await act(wrong.book, { kind: "undo", id: action.id });
    await wrong.book.score("marked");
    await right.book.score();
    expect(await told(wrong)).toEqual(await told(right));
    // what was shown meanwhile can still be calculated again
    const replays = await wrong.book.replayAll();
    expect(new Set(replays.map((replay) => replay.verdict))).toEqual(new Set(["identical"]));
  });

  it("shows what was attached to a merged account with its survivor, and gives it back", async () => {
    const customers = await twoCustomers();
    const { book, first, second } = customers;
    const { tenantId } = book.world;
    await book.override(second, { kind: "points", points: -7 });
    await book.outcome(second, "renewed", book.daysAgo(10));
    await book.score();
    const before = await told(customers);
    const attached = async (id: AccountId) => [
      (await stores.corrections.ofAccount(tenantId, id)).length,
      (await stores.corrections.overrides(tenantId, [id], book.now)).get(id)?.length ?? 0,
      (await stores.outcomes.ofAccount(tenantId, id)).length,
      (await stores.outcomes.believed(tenantId, [id])).get(id)?.length ?? 0,
    ];
    expect([await attached(first), await attached(second)]).toEqual([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]);
    const action = await act(book, { kind: "merge", from: second, into: first });
    await book.score();
    expect(await attached(first)).toEqual([1, 1, 1, 1]);
    expect((await told(customers))[0]?.latest?.override).toMatchObject({ points: -7 });
    await act(book, { kind: "undo", id: action.id });
    await book.score();
    expect(await attached(first)).toEqual([0, 0, 0, 0]);
    expect((await told(customers)).map((of) => of.latest)).toEqual(before.map((of) => of.latest));
  });

  it("hands records over to the account that they belong to, tickets and all, and clears those of none", async () => {
    const { book, first, second } = await twoCustomers();
    const { tenantId, zendesk } = book.world;
    await stores.connections.update(zendesk, { config: { ...(await configOf(book)), ticketFieldId: "7" } });
    await book.score();
    const owner = async (record: RecordRef): Promise<string | undefined> => {
      const [row] = await under.database.query<{ account_id: string }>(
        "SELECT account_id FROM outbox WHERE tenant_id = $1 AND object_type = $2 AND object_id = $3",
        [tenantId, record.objectType, record.id],
      );
      return row?.account_id;
    };
    const [organizationRef, ticketRef] = [PARTIES[2], zendeskTicket("9")];
    expect([await owner(organizationRef), await owner(ticketRef)]).toEqual([second, second]);
    const split = await act(book, { kind: "split", ref: organizationRef });
    expect([await owner(organizationRef), await owner(ticketRef)]).toEqual([OWN, OWN]);
    await book.score("marked");
    const action = await act(book, { kind: "merge", from: OWN, into: first });
    await book.score("marked");
    expect([await owner(organizationRef), await owner(ticketRef)]).toEqual([first, first]);
    const shown = (await wanted(book, "organization")).find((row) => row.ref.id === "3")?.values;
    const score = (await stores.scores.latest(tenantId, first))?.result.healthScore;
    expect(Number(shown?.["bellwether_health_score"])).toBe(Math.round(score ?? -1));
    await act(book, { kind: "undo", id: action.id });
    await act(book, { kind: "undo", id: split.id });
    expect(await owner(organizationRef)).toBe(second);
    await under.database.query(
      "DELETE FROM party_link WHERE tenant_id = $1 AND ref = 'zendesk:organization:3'",
      [tenantId],
    );
    const joined = await act(book, { kind: "confirm", ref: organizationRef, accountId: first });
    await book.score("marked");
    await act(book, { kind: "undo", id: joined.id });
    const cleared = (await wanted(book, "organization")).find((row) => row.ref.id === "3")?.values ?? {};
    expect(new Set(Object.values(cleared))).toEqual(new Set([""]));
  });

  const configOf = async ({ world }: ScoredBook) => {
    const found = (await stores.connections.list(world.tenantId)).find((c) => c.id === world.zendesk);
    if (found === undefined) throw new Error("no connection");
    return found.config;
  };
  const wanted = async ({ world, now }: ScoredBook, type: RecordRef["objectType"]): Promise<OutboxRow[]> => {
    const rows = await stores.outbox.claim(world.zendesk, type, 10, now);
    await under.database.query("UPDATE outbox SET claimed_by = NULL WHERE tenant_id = $1", [world.tenantId]);
    return rows;
  };
});
