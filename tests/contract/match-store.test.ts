import { randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  type MatchAction,
  type RecordRef,
  refKey,
  type SourceRecord,
} from "@bellwether/shared";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMatchStore } from "../../server/src/adapters/db/match-store.ts";
import type { MatchOutcome, StoredMatchAction } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import {
  change,
  company,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  type World,
} from "../support/stores.ts";

const AT = new Date("2026-03-01T00:00:00.000Z");
const NOBODY = accountId.parse("00000000-0000-4000-8000-000000000000");
const ann = { id: "token:1", name: "Ann" };

forEachDatabase("MatchStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  /** Accounts of a world: `homes[i]` is the place of the account that record i is in, -1 = none. */
  interface Book {
    world: World;
    refs: RecordRef[];
    accounts: AccountId[];
    ownAccountOf(ref: RecordRef): AccountId;
  }
  const newBook = async (records: SourceRecord[], homes: readonly number[]): Promise<Book> => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records }));
    const refs = records.map((record) => record.ref);
    const accounts = refs.map(() => accountId.parse(randomUUID()));
    const own = new Map(refs.map((each, i) => [refKey(each), accounts[i]]));
    const idAt = (place: number): AccountId => accountId.parse(accounts[place]);
    await stores.accounts.link(world.tenantId, {
      accounts: refs.flatMap((_, i) =>
        homes[i] === i
          ? [{ id: idAt(i), name: `Account ${i}`, createdAt: new Date("2026-02-01T00:00:00.000Z") }]
          : [],
      ),
      links: refs.flatMap((each, i) => {
        const home = homes[i] ?? i;
        return home < 0
          ? []
          : [{ ref: each, accountId: idAt(home), rule: home === i ? "anchor" : "domain" } as const];
      }),
      suggestions: [],
    });
    return { world, refs, accounts, ownAccountOf: (each) => accountId.parse(own.get(refKey(each))) };
  };
  const twoAndTwo = () =>
    newBook([company("1"), company("2"), organization("3"), organization("4")], [0, 1, 0, 1]);
  const act = (book: Book, ...actions: MatchAction[]): Promise<MatchOutcome[]> =>
    stores.matches.act(
      book.world.tenantId,
      actions.map((action) => ({ id: randomUUID(), action })),
      { at: AT, actor: ann, ownAccountOf: book.ownAccountOf },
    );
  const done = (outcomes: readonly MatchOutcome[]): StoredMatchAction => {
    const [outcome] = outcomes;
    if (outcome?.kind !== "done") throw new Error(JSON.stringify(outcome));
    return outcome.action;
  };
  const split = (book: Book, i: number): MatchAction => ({
    kind: "split",
    ref: book.refs[i] ?? ref("company", "0"),
  });
  const merge = (book: Book, from: number, into: number): MatchAction => ({
    kind: "merge",
    from: accountId.parse(book.accounts[from]),
    into: accountId.parse(book.accounts[into]),
  });
  const confirm = (book: Book, i: number, account: number): MatchAction => ({
    kind: "confirm",
    ref: book.refs[i] ?? ref("company", "0"),
    accountId: accountId.parse(book.accounts[account]),
  });
  const undo = ({ id }: StoredMatchAction): MatchAction => ({ kind: "undo", id });
  const links = ({ world }: Book) =>
    under.database.query<{ ref: string; account_id: AccountId }>(
      "SELECT ref, account_id, rule, linked_at, linked_by FROM party_link WHERE tenant_id = $1 ORDER BY ref",
      [world.tenantId],
    );
  const homes = async (book: Book): Promise<number[]> => {
    const found = new Map((await links(book)).map((row) => [row.ref, row.account_id]));
    return book.refs.map((each) => book.accounts.indexOf(found.get(refKey(each)) ?? NOBODY));
  };
  const marked = async ({ world, accounts }: Book): Promise<number[]> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
    return claims.map((claim) => accounts.indexOf(claim.accountId)).toSorted();
  };

  it("merges, answers for the merged account, marks who is touched, and undoes it to the very links", async () => {
    const book = await twoAndTwo();
    const { tenantId } = book.world;
    const [first, second] = book.accounts;
    const before = await links(book);
    await marked(book);
    const action = done(await act(book, merge(book, 1, 0)));
    expect(await homes(book)).toEqual([0, 0, 0, 0]);
    expect(await marked(book)).toEqual([0, 1]);
    expect((await stores.accounts.find(tenantId, accountId.parse(second)))?.id).toBe(first);
    expect((await stores.accounts.list(tenantId, { after: null, limit: 9 })).accounts).toHaveLength(1);
    expect(await stores.accounts.count(tenantId)).toBe(1);
    expect(await act(book, merge(book, 1, 0))).toEqual([{ kind: "unchanged" }]);
    done(await act(book, undo(action)));
    expect(await links(book)).toEqual(before);
    expect(await marked(book)).toEqual([0, 1]);
    expect(await act(book, undo(action))).toEqual([{ kind: "unchanged" }]);
    const { rows } = await stores.matches.actions(tenantId, { after: null, limit: 9 });
    expect(rows.map((row) => [row.asked.kind, row.undoneBy !== null])).toEqual([
      ["undo", false],
      ["merge", true],
    ]);
    const elsewhere = await newWorld(stores);
    expect(await stores.matches.actions(elsewhere.tenantId, { after: null, limit: 9 })).toEqual({
      rows: [],
      next: null,
    });
    const foreign = { ...book, world: elsewhere };
    expect(await act(foreign, undo(action), split(book, 2), merge(book, 1, 0))).toMatchObject([
      { kind: "refused", code: "not_found" },
      { kind: "refused", code: "not_found" },
      { kind: "refused", code: "not_found" },
    ]);
  });

  it("gives a split party an account of its own, and keeps it there when the rules run again", async () => {
    const book = await twoAndTwo();
    const { tenantId } = book.world;
    await act(book, split(book, 2));
    expect(await homes(book)).toEqual([0, 1, 2, 1]);
    expect(await stores.accounts.find(tenantId, accountId.parse(book.accounts[2]))).toMatchObject({
      name: "Organization 3",
      links: [{ rule: "person" }],
    });
    const again = { ref: ref("organization", "3"), accountId: accountId.parse(book.accounts[0]) };
    const link = () =>
      stores.accounts.link(tenantId, {
        accounts: [],
        links: [{ ...again, rule: "domain" }],
        suggestions: [],
      });
    await link();
    await stores.ledger.commit(change(book.world, { removed: [again.ref] }));
    await stores.ledger.commit(
      change(book.world, { records: [{ ...organization("3"), updatedAt: "2026-02-02T00:00:00.000Z" }] }),
    );
    await link();
    // even where nothing is left of the link
    await under.database.query("DELETE FROM party_link WHERE tenant_id = $1 AND ref = $2", [
      tenantId,
      refKey(again.ref),
    ]);
    await link();
    expect((await homes(book))[2]).toBe(-1);
    expect((await act(book, confirm(book, 2, 0)))[0]?.kind).toBe("done");
    expect(await homes(book)).toEqual([0, 1, 0, 1]);
  });

  it("makes no account for a party that a person put elsewhere, and links to survivors", async () => {
    const book = await newBook([company("1"), company("2"), organization("3")], [0, -1, -1]);
    const { tenantId } = book.world;
    await act(book, confirm(book, 1, 0));
    const founding = {
      accounts: [{ id: accountId.parse(book.accounts[1]), name: "Company 2", createdAt: AT }],
      links: [
        { ref: ref("company", "2"), accountId: accountId.parse(book.accounts[1]), rule: "anchor" } as const,
      ],
      suggestions: [],
    };
    await stores.accounts.link(tenantId, founding);
    expect(await stores.accounts.count(tenantId)).toBe(1);
    await act(book, split(book, 1));
    await act(book, merge(book, 1, 0));
    await stores.accounts.link(tenantId, {
      accounts: [],
      links: [
        { ref: ref("organization", "3"), accountId: accountId.parse(book.accounts[1]), rule: "domain" },
      ],
      suggestions: [],
    });
    expect(await homes(book)).toEqual([0, 0, 0]);
  });

  it("does not offer again what was rejected, until that is undone", async () => {
    const book = await newBook([company("1"), organization("2")], [0, -1]);
    const { tenantId } = book.world;
    const offer = { ref: ref("organization", "2"), accountId: accountId.parse(book.accounts[0]) };
    const suggest = () =>
      stores.accounts.link(tenantId, {
        accounts: [],
        links: [],
        suggestions: [{ ...offer, rule: "name", reason: "same name" }],
      });
    const shown = async () => (await stores.matches.suggested(tenantId, { after: null, limit: 9 })).rows;
    await suggest();
    expect(await shown()).toEqual([
      { ...offer, rule: "name", reason: "same name", name: "Organization 2", accountName: "Account 0" },
    ]);
    const action = done(await act(book, { kind: "reject", ...offer }));
    await suggest();
    expect(await shown()).toEqual([]);
    expect(await act(book, { kind: "reject", ...offer })).toEqual([{ kind: "unchanged" }]);
    done(await act(book, undo(action)));
    expect(await shown()).toHaveLength(1);
    expect(await stores.accounts.unlinkedParties(tenantId, null, 9)).toHaveLength(1);
  });

  it("lets one of two people win, and tells the other", async () => {
    const book = await newBook([company("1"), company("2"), company("3")], [0, 1, 2]);
    const outcomes = (await Promise.all([act(book, merge(book, 0, 1)), act(book, merge(book, 0, 2))])).flat();
    expect(outcomes.map((outcome) => outcome.kind).toSorted()).toEqual(["done", "refused"]);
    expect(outcomes.find((outcome) => outcome.kind === "refused")).toMatchObject({
      code: "conflict",
      reason: expect.stringMatching(/“Account 0” was merged into “Account [12]” already/),
    });
    const same = await newBook([company("1"), organization("2")], [0, 0]);
    const splits = (await Promise.all([act(same, split(same, 1)), act(same, split(same, 1))])).flat();
    expect(splits.map((outcome) => outcome.kind).toSorted()).toEqual(["done", "unchanged"]);
  });

  it("waits for accounts that are being scored, and gives up in words", async () => {
    const book = await twoAndTwo();
    const impatient = createMatchStore(under.database, { send: async () => undefined }, 100);
    const asked = [{ id: randomUUID(), action: merge(book, 1, 0) }];
    const decision = { at: AT, actor: ann, ownAccountOf: book.ownAccountOf };
    const claims = await stores.scores.claimAccounts(book.world.tenantId, 10);
    // alive, however busy the machine is
    await under.database.query("UPDATE process_heartbeat SET seen_at = now() + interval '1 minute'");
    await expect(impatient.act(book.world.tenantId, asked, decision)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/being scored .* nothing was changed/),
    });
    expect(await homes(book)).toEqual([0, 1, 0, 1]);
    const waiting = act(book, merge(book, 1, 0));
    await stores.scores.save(book.world.tenantId, [], claims);
    done(await waiting);
    expect(await marked(book)).toEqual([0, 1]);
  });

  it("takes many at once, each on what those before it left", async () => {
    const book = await twoAndTwo();
    const outcomes = await act(book, merge(book, 1, 0), confirm(book, 1, 0), split(book, 3), split(book, 0));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["done", "unchanged", "done", "refused"]);
    expect(await homes(book)).toEqual([0, 0, 0, 3]);
    const actions = outcomes.flatMap((outcome) => (outcome.kind === "done" ? [outcome.action] : []));
    const back = await act(book, ...actions.toReversed().map(undo));
    expect(back.map((outcome) => outcome.kind)).toEqual(["done", "done"]);
    expect(await homes(book)).toEqual([0, 1, 0, 1]);
  });

  it("gives the very links back when any series is undone from its end", async () => {
    const place = fc.integer({ min: 0, max: 3 });
    const step = fc.record({ kind: fc.constantFrom("split", "confirm", "merge"), a: place, b: place });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const book = await twoAndTwo();
        const before = await links(book);
        const actions: StoredMatchAction[] = [];
        for (const { kind, a, b } of steps) {
          const wanted =
            kind === "split" ? split(book, a) : kind === "merge" ? merge(book, a, b) : confirm(book, a, b);
          const [outcome] = await act(book, wanted);
          if (outcome?.kind === "done") actions.push(outcome.action);
        }
        for (const action of actions.toReversed()) done(await act(book, undo(action)));
        expect(await links(book)).toEqual(before);
        expect(await stores.accounts.count(book.world.tenantId)).toBe(2);
      }),
      { numRuns: 8 },
    );
  });
});
