import { type AccountId, type RecordRef, refKey, type SourceRecord, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { type MatchServer, startMatchServer } from "../support/match-server.ts";
import { company, organization, ref } from "../support/stores.ts";

const RECORDS = [
  company("1", { fields: { name: "Acme Inc.", domain: "acme.example" } }),
  company("2", { fields: { name: "Globex", externalId: "G-1" } }),
  company("3", { fields: { name: "ACME" } }),
  company("4", { fields: { lifecycleStage: "lead", name: "Not yet" } }),
  organization("11", { name: "Acme support", domains: ["acme.example"] }),
  organization("12", { name: "Globex" }),
  organization("13", { name: "Nobody knows" }),
];

interface Row {
  kind: string;
  accountId: string;
  ref: RecordRef;
  reason: string;
  value: string;
  links: {
    ref: RecordRef;
    rule: string;
    confidence: { value: number; words: string };
    linkedBy: string | null;
  }[];
  conflicts: { ref: RecordRef; reason: string }[];
  accounts: { accountId: string }[];
}
interface Outcome {
  outcome: string;
  reason: string | null;
  action: { id: string } | null;
}

describe("the match inspector, over HTTP", () => {
  let server: MatchServer;
  beforeAll(async () => {
    server = await startMatchServer();
  }, 60_000);
  afterAll(() => server?.stop());

  const newBook = (records: readonly SourceRecord[] = RECORDS): Promise<TenantId> => server.newBook(records);
  const matchAll = (tenant: TenantId): Promise<void> => server.matchAll(tenant, RECORDS);
  const get = async <T>(tenant: TenantId, path: string): Promise<T> => {
    const answer = await server.callAs("csm", tenant, "GET", path);
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as T;
  };
  const list = async (tenant: TenantId, query = ""): Promise<Row[]> =>
    (await get<{ rows: Row[] }>(tenant, `/matches${query}`)).rows;
  const post = async (tenant: TenantId, path: string, body: unknown, status = 200): Promise<Outcome> => {
    const answer = await server.callAs("lead", tenant, "POST", `/matches/${path}`, body);
    const given = (await answer.json()) as Outcome & { detail?: string };
    expect([given.detail ?? path, answer.status]).toEqual([given.detail ?? path, status]);
    return { ...given, reason: given.detail ?? given.reason };
  };
  const accountOf = (tenant: TenantId, record: RecordRef): AccountId =>
    server.parts.accountIdOf(tenant, record);
  const keys = (rows: readonly { ref: RecordRef }[]): string[] => rows.map((row) => refKey(row.ref));
  const scores = async (tenant: TenantId): Promise<unknown[]> =>
    Promise.all(
      ["1", "2", "3"].map(async (id) => {
        const account = accountOf(tenant, ref("company", id));
        return [
          (await server.parts.scores.latest(tenant, account))?.result,
          await get(tenant, `/accounts/${account}/health`),
          await get(tenant, `/accounts/${account}/history`),
        ];
      }),
    );

  it("lists what is matched, suggested, alone and twice there, with the reasons", async () => {
    const tenant = await newBook();
    const [matched, ...others] = await list(tenant);
    expect(others).toEqual([]);
    expect(matched?.links).toMatchObject([
      { ref: ref("company", "1"), rule: "anchor", confidence: { value: 1 }, linkedBy: null },
      {
        ref: ref("organization", "11"),
        rule: "domain",
        confidence: { words: expect.stringMatching(/^High: .*domain/) },
      },
    ]);
    expect(await list(tenant, "?state=suggested")).toMatchObject([
      {
        ref: ref("organization", "12"),
        accountId: accountOf(tenant, ref("company", "2")),
        reason: expect.stringMatching(/names are the same/),
      },
    ]);
    const alone = await list(tenant, "?state=unmatched");
    expect(keys(alone)).toEqual([
      ...["2", "3"].map((id) => `hubspot:company:${id}`),
      ...["12", "13"].map((id) => `zendesk:organization:${id}`),
    ]);
    expect(
      alone
        .map((row) => row.reason)
        .toSorted()
        .at(-1),
    ).toMatch(/No record of another platform/);
    expect(keys(await list(tenant, "?state=unmatched&objectType=organization"))).toHaveLength(2);
    expect(await list(tenant, "?state=duplicate")).toMatchObject([
      { value: "acme", reason: expect.stringMatching(/same name/), accounts: [{}, {}] },
    ]);
    expect([await list(tenant, "?state=confirmed"), await list(tenant, "?state=conflict")]).toEqual([[], []]);
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const page = await get<{ rows: Row[]; next: string | null }>(
        tenant,
        `/matches?state=unmatched&limit=1${after}`,
      );
      seen.push(...keys(page.rows));
      if (page.next === null) break;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
    expect(seen).toEqual(keys(alone));
    for (const state of ["suggested", "unmatched", "duplicate", "confirmed", "conflict"])
      expect(await list(await newBook([]), `?state=${state}`)).toEqual([]);
  });

  it("takes a wrong match back to the last bit of both scores, and the rules leave it alone meanwhile", async () => {
    const tenant = await newBook();
    const before = await scores(tenant);
    const [from, into] = [accountOf(tenant, ref("company", "2")), accountOf(tenant, ref("company", "1"))];
    const { action } = await post(tenant, "merge", { from, into });
    await scoreAccounts(server.parts, tenant);
    const health = await get<{ account: { id: string } }>(tenant, `/accounts/${from}/health`);
    expect(health.account.id).toBe(into);
    expect(await post(tenant, "merge", { from, into })).toMatchObject({ outcome: "unchanged", action: null });
    await matchAll(tenant);
    expect((await list(tenant))[0]?.links).toHaveLength(3);
    expect(await list(tenant, "?state=confirmed")).toHaveLength(1);
    await post(tenant, "undo", { id: action?.id });
    await matchAll(tenant);
    expect(await scores(tenant)).toEqual(before);
    expect(await post(tenant, "undo", { id: action?.id })).toMatchObject({ outcome: "unchanged" });
    const { actions } = await get<{ actions: { kind: string; by: string; undoneBy: string | null }[] }>(
      tenant,
      "/matches/actions",
    );
    expect(actions).toMatchObject([
      { kind: "undo", by: "lead" },
      { kind: "merge", undoneBy: expect.any(String) },
    ]);
    const audit = (await (await server.callAs("lead", tenant, "GET", "/audit")).json()) as {
      entries: { action: string }[];
    };
    expect(audit.entries.map((entry) => entry.action)).toEqual(
      expect.arrayContaining(["match.merge", "match.undo"]),
    );
  });

  it("keeps a split apart and a rejection rejected when everything is matched again", async () => {
    const tenant = await newBook();
    const [acme, support] = [accountOf(tenant, ref("company", "1")), ref("organization", "11")];
    await post(tenant, "split", { ref: support });
    await post(tenant, "reject", {
      ref: ref("organization", "12"),
      accountId: accountOf(tenant, ref("company", "2")),
    });
    await matchAll(tenant);
    expect(await list(tenant)).toEqual([]);
    expect(await list(tenant, "?state=suggested")).toEqual([]);
    expect((await list(tenant, "?state=duplicate")).map((row) => row.value)).toEqual(["acme"]);
    const refusal = await post(tenant, "confirm", { ref: support, accountId: acme }, 409);
    expect(refusal.reason).toMatch(/Zendesk organization 11 \(“Acme support”\) belongs to the account/);
    await post(tenant, "merge", { from: accountOf(tenant, support), into: acme });
    expect(await list(tenant)).toMatchObject([{ accountId: acme }]);
  });

  it("says why an undo is too late, who may decide, and what cannot be", async () => {
    const tenant = await newBook();
    const [one, two, three] = ["1", "2", "3"].map((id) => accountOf(tenant, ref("company", id)));
    const { action } = await post(tenant, "merge", { from: two, into: one });
    await post(tenant, "merge", { from: three, into: one });
    expect((await post(tenant, "undo", { id: action?.id }, 409)).reason).toMatch(
      /\(“ACME”\) has joined “Acme Inc.” since/,
    );
    const both = await Promise.all(
      [0, 1].map(() =>
        server.callAs("lead", tenant, "POST", "/matches/split", { ref: ref("organization", "11") }),
      ),
    );
    expect(both.map((answer) => answer.status)).toEqual([200, 200]);
    const denied = await server.callAs("csm", tenant, "POST", "/matches/split", {
      ref: ref("organization", "11"),
    });
    expect(denied.status).toBe(403);
    const elsewhere = await newBook();
    await post(elsewhere, "undo", { id: action?.id }, 404);
    expect((await post(elsewhere, "merge", { from: two, into: one }, 404)).reason).toMatch(/no such account/);
    for (const body of [{}, { from: "1", into: one }, { ref: { platform: "x" } }, []])
      await post(tenant, "merge", body, 400);
    for (const query of [
      "?state=best",
      "?after=1",
      "?state=suggested&after=x",
      "?state=duplicate&after=x",
      "?limit=0",
    ])
      expect([query, (await server.callAs("csm", tenant, "GET", `/matches${query}`)).status]).toEqual([
        query,
        400,
      ]);
  });

  it("does many at once, each with its outcome", async () => {
    const tenant = await newBook();
    const [one, two, three] = ["1", "2", "3"].map((id) => accountOf(tenant, ref("company", id)));
    const bulk = async (actions: object[]) =>
      (await server.callAs("lead", tenant, "POST", "/matches/bulk", { actions })).json() as Promise<{
        outcomes: Outcome[];
      }>;
    const { outcomes } = await bulk([
      { kind: "confirm", ref: ref("organization", "12"), accountId: two },
      { kind: "confirm", ref: ref("organization", "11"), accountId: one },
      { kind: "merge", from: three, into: one },
      { kind: "merge", from: three, into: two },
      { kind: "merge", from: three, into: one },
    ]);
    expect(outcomes.map((each) => each.outcome)).toEqual(["done", "done", "done", "refused", "unchanged"]);
    expect(outcomes[3]?.reason).toMatch(/was merged into “Acme Inc.” already/);
    const ids = outcomes.flatMap((each) => each.action?.id ?? []);
    const back = await bulk(ids.toReversed().map((id) => ({ kind: "undo", id })));
    expect(back.outcomes.map((each) => each.outcome)).toEqual(["done", "done", "done"]);
    expect(await list(tenant, "?state=suggested")).toHaveLength(1);
    const many = Array.from({ length: 500 }, () => ({ kind: "split", ref: ref("organization", "13") }));
    expect((await bulk(many)).outcomes).toHaveLength(500);
    expect(
      (await server.callAs("lead", tenant, "POST", "/matches/bulk", { actions: [...many, many[0]] })).status,
    ).toBe(400);
  });
});
