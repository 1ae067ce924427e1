import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type HealthResult, problem, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { syncOutcomes } from "../../server/src/services/sync-outcomes.ts";
import { eventually } from "../support/eventually.ts";
import {
  type Book,
  daysAgo,
  type LearningServer,
  makeBook,
  newTenantOf,
  startLearningServer,
} from "../support/learning-server.ts";
import { storageKinds } from "../support/one-company.ts";

interface Shown {
  id: string;
  kind: string;
  source: string;
  at: string;
  note: string | null;
  retractedBy: string | null;
}

describe.each(storageKinds)("outcomes (%s)", (kind) => {
  let server: LearningServer;
  let book: Book;
  beforeAll(async () => {
    server = await startLearningServer(kind);
    book = await makeBook(server.parts, 3, Number.NEGATIVE_INFINITY, 5);
  }, 120_000);
  afterAll(() => server?.stop());

  const answer = async <T>(response: Promise<Response>, status = 200): Promise<T> => {
    const given = await response;
    const text = await given.text();
    expect([given.status, text]).toEqual([status, expect.any(String)]);
    return (text === "" ? null : JSON.parse(text)) as T;
  };
  const refusal = async (response: Promise<Response>): Promise<[number, string]> => {
    const given = await response;
    return [given.status, problem.parse(await given.json()).detail];
  };
  const of = async (account: AccountId, tenant: TenantId = book.tenant): Promise<Shown[]> =>
    (await answer<{ outcomes: Shown[] }>(server.call("GET", `/accounts/${account}/outcomes`, tenant)))
      .outcomes;
  const record = (account: AccountId, body: unknown, tenant: TenantId = book.tenant) =>
    server.call("POST", `/accounts/${account}/outcomes`, tenant, body);
  const nth = (i: number): AccountId => book.accounts[i] ?? accountId.parse("");
  const tell = async (companyId: string, days: number, key: string, value: string): Promise<void> => {
    const [connection] = await server.parts.connections.list(book.tenant);
    if (connection === undefined) throw new Error("no connection");
    await server.parts.ledger.commit({
      tenantId: book.tenant,
      connectionId: connection.id,
      records: [],
      removed: [],
      observations: [
        {
          kind: "profile",
          key,
          value,
          subject: `hubspot:company:${companyId}`,
          source: "hubspot",
          at: daysAgo(days).toISOString(),
        },
      ],
      claims: [],
      progress: null,
    });
  };
  const latest = async (account: AccountId): Promise<HealthResult | undefined> =>
    (await server.parts.scores.latest(book.tenant, account))?.result;

  it("hears of a loss in the CRM with the next scoring, freezes the score, and hears of the return", async () => {
    await tell("51000", 20, "lifecycleStage", "churned");
    await eventually(async () => {
      expect((await of(nth(0))).map(({ kind: k, source }) => [k, source])).toEqual([
        ["churned", "lifecycle"],
      ]);
      expect((await latest(nth(0)))?.lostAt).toBe(daysAgo(20).toISOString());
    }, 30_000);
    await tell("51000", 10, "lifecycleStage", "customer");
    await eventually(async () => {
      expect((await of(nth(0))).map((outcome) => outcome.kind)).toEqual(["renewed", "churned"]);
      expect((await latest(nth(0)))?.lostAt).toBeNull();
    }, 30_000);
  });

  it("reads outcomes again when the admin says what counts as a loss, and takes back what no longer does", async () => {
    await tell("51001", 30, "lifecycleStage", "customer");
    await tell("51001", 20, "lifecycleStage", "other");
    const settings = await answer<{ lostStages: string[] }>(
      server.call("GET", "/outcomes/settings", book.tenant),
    );
    expect(settings.lostStages).not.toContain("other");
    const change = (lostStages: readonly string[]) =>
      answer(server.call("PUT", "/outcomes/settings", book.tenant, { ...settings, lostStages }));
    await change([...settings.lostStages, "other"]);
    await eventually(async () => expect((await of(nth(1)))[0]?.retractedBy).toBeNull(), 30_000);
    expect((await of(nth(1)))[0]).toMatchObject({ kind: "churned", source: "lifecycle" });
    await change(settings.lostStages);
    await eventually(async () => expect((await of(nth(1)))[0]?.retractedBy).toBe("system"), 30_000);
    await tell("51001", 1, "lifecycleStage", "customer");
    expect(
      (await refusal(server.call("PUT", "/outcomes/settings", book.tenant, { horizonDays: 1 })))[0],
    ).toBe(400);
  });

  it("lets a person tell of a loss and take it back, and keeps what was taken back", async () => {
    const day = daysAgo(5).toISOString().slice(0, 10);
    const made = await answer<Shown>(
      record(nth(1), { kind: "churned", at: day, reason: "price", note: "Went to a cheaper one." }),
      201,
    );
    expect((await of(nth(1))).map((outcome) => outcome.id)).toContain(made.id);
    await eventually(async () => expect((await latest(nth(1)))?.lostAt).not.toBeNull(), 30_000);
    const path = `/accounts/${nth(1)}/outcomes/${made.id}`;
    // not through another account
    expect((await refusal(server.call("DELETE", path.replace(nth(1), nth(2)), book.tenant)))[0]).toBe(404);
    await answer(server.call("DELETE", path, book.tenant), 204);
    expect(await of(nth(1))).toContainEqual(expect.objectContaining({ id: made.id, retractedBy: "admin" }));
    await eventually(async () => expect((await latest(nth(1)))?.lostAt).toBeNull(), 30_000);
  });

  it("takes what another system tells once, however often it is told, and names what it does not know", async () => {
    const at = daysAgo(400).toISOString();
    const outcomes = [
      { companyId: "51002", kind: "expanded", at, key: "crm-1" },
      { account: nth(2), kind: "renewed", at, key: "crm-2" },
      { companyId: "404", kind: "churned", at, key: "crm-3" },
      { account: randomUUID(), kind: "churned", at, key: "crm-4" },
    ];
    const send = () => server.call("POST", "/outcomes", book.tenant, { outcomes });
    expect(await answer(send())).toEqual({ saved: 2, unknown: ["crm-3", "crm-4"] });
    expect(await answer(send())).toEqual({ saved: 0, unknown: ["crm-3", "crm-4"] });
    expect((await of(nth(2))).map((outcome) => outcome.source)).toEqual(["event", "event"]);
    // a synchronisation leaves them alone
    await syncOutcomes(server.parts, book.tenant);
    expect((await of(nth(2))).every((outcome) => outcome.retractedBy === null)).toBe(true);
  });

  it("says what is wrong with an outcome", async () => {
    const inAYear = daysAgo(-365).toISOString();
    expect(await refusal(record(nth(1), { kind: "churned", at: inAYear }))).toEqual([
      400,
      expect.stringContaining("lies in the future"),
    ]);
    expect((await refusal(record(nth(1), { kind: "churned", at: "1970-01-01" })))[0]).toBe(400);
    expect((await refusal(record(nth(1), { kind: "gone", at: "2025-01-01" })))[0]).toBe(400);
    expect(
      (await refusal(record(accountId.parse(randomUUID()), { kind: "churned", at: "2025-01-01" })))[0],
    ).toBe(404);
    const both = {
      outcomes: [{ account: nth(1), companyId: "1", kind: "churned", at: "2025-01-01", key: "k" }],
    };
    expect((await refusal(server.call("POST", "/outcomes", book.tenant, both)))[0]).toBe(400);
    expect((await refusal(server.call("POST", "/outcomes", book.tenant, { outcomes: [] })))[0]).toBe(400);
  });

  it("keeps outcomes to their tenant, and agents away from them", async () => {
    const other = await newTenantOf(server.parts);
    expect((await refusal(server.call("GET", `/accounts/${nth(0)}/outcomes`, other)))[0]).toBe(404);
    expect((await refusal(record(nth(0), { kind: "churned", at: "2025-01-01" }, other)))[0]).toBe(404);
    const foreign = { outcomes: [{ account: nth(0), kind: "churned", at: "2025-01-01", key: "k" }] };
    expect(await answer(server.call("POST", "/outcomes", other, foreign))).toEqual({
      saved: 0,
      unknown: ["k"],
    });
    for (const [role, status] of [
      ["agent", 403],
      ["csm", 200],
    ] as const) {
      const { token } = await answer<{ token: string }>(
        server.call("POST", "/tokens", book.tenant, { name: role, role }),
        201,
      );
      const path = `/accounts/${nth(0)}/outcomes`;
      expect((await server.call("GET", path, book.tenant, undefined, token)).status).toBe(status);
    }
  });
});
