import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxAccount } from "../sandbox/index.ts";
import { type Company, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, adminGet, untilScored } from "../support/one-company.ts";

const SCORE = "bellwether_health_score";

interface Listed {
  id: string;
  ref: { id: string };
  key?: string;
  ours?: string;
  theirs?: string;
  reason?: string;
}

describe("values that others change, and values that are refused", () => {
  let company: Company;
  let stable: SandboxAccount[];
  beforeAll(async () => {
    company = await startCompany({ webhook: { echoOwnWrites: true } });
    await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
    stable = company.sandbox.accounts.filter((account) => account.story === "stable");
  }, 60_000);
  afterAll(() => company?.stop());

  const drift = async (): Promise<Listed[]> =>
    (await adminGet<{ drift: Listed[] }>(company.server.url, "/drift")).drift;
  const deadLetters = async (): Promise<Listed[]> =>
    (await adminGet<{ deadLetters: Listed[] }>(company.server.url, "/dead-letters")).deadLetters;
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${company.server.url}/api/v1${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.status === 200 ? await answer.json() : answer.status;
  };
  const companyOf = (account: SandboxAccount | undefined) => {
    const id = account?.hubspotCompanyId ?? "";
    const record = company.sandbox.hubspot.find("companies", id);
    if (!record) throw new Error("the sandbox has no such company");
    return { id, record, shown: () => record.versions.get(SCORE)?.[0]?.value };
  };
  const writesTo = (id: string, from: number) =>
    company.sandbox.writes.slice(from).filter((write) => write.id === id);

  it("take none of our own writes for somebody else's", async () => {
    const { sandbox } = company;
    await sandbox.actions.urgentTicket(stable.at(-1)?.key ?? "", { openedHoursAgo: 60 });
    await untilQuiet(sandbox);
    expect(await drift()).toEqual([]);
  }, 30_000);

  it("show what a person changed, hold our value back, and restore it only by choice", async () => {
    const { sandbox } = company;
    const { id, record, shown } = companyOf(stable[0]);
    const ours = shown() ?? "";
    sandbox.hubspot.update(record, { [SCORE]: "3" });
    const [found] = await eventually(async () => {
      const list = await drift();
      expect(list).toHaveLength(1);
      return list;
    });
    expect(found).toMatchObject({ ref: { id }, key: SCORE, ours, theirs: "3" });
    const from = sandbox.writes.length;
    await sandbox.actions.usageDrops(stable[0]?.key ?? "");
    await eventually(() => expect(writesTo(id, from).length).toBeGreaterThan(0));
    await untilQuiet(sandbox);
    expect(shown()).toBe("3");
    expect(writesTo(id, from).filter((write) => SCORE in write.values)).toEqual([]);
    expect(await post("/drift/restore", { ids: [found?.id] })).toEqual({ count: 1 });
    await eventually(() => expect(shown()).not.toBe("3"));
    await untilQuiet(sandbox);
    expect(await drift()).toEqual([]);
  }, 45_000);

  it("leave what a person changed where that is chosen, until our value changes", async () => {
    const { sandbox } = company;
    const { record, shown } = companyOf(stable[1]);
    sandbox.hubspot.update(record, { [SCORE]: "4" });
    await eventually(async () => expect(await drift()).toHaveLength(1));
    expect(await post("/drift/accept", { all: true })).toEqual({ count: 1 });
    expect(await drift()).toEqual([]);
    await untilQuiet(sandbox);
    expect(shown()).toBe("4");
    await sandbox.actions.usageDrops(stable[1]?.key ?? "");
    await eventually(() => expect(shown()).not.toBe("4"));
    expect(await drift()).toEqual([]);
  }, 45_000);

  it("park what HubSpot refuses, with its words, and write it when replayed", async () => {
    const { sandbox } = company;
    const { id } = companyOf(stable[0]);
    const others = stable.slice(1, 3).map((account) => account.hubspotCompanyId);
    sandbox.faults.set("hubspot", { path: /\/batch\/update$/, refusedIds: [id] });
    const from = sandbox.writes.length;
    for (const account of stable.slice(0, 3))
      await sandbox.actions.urgentTicket(account.key, { openedHoursAgo: 60 });
    const [letter] = await eventually(async () => {
      const list = await deadLetters();
      expect(list).toHaveLength(1);
      for (const other of others) expect(writesTo(other, from).length).toBeGreaterThan(0);
      return list;
    });
    expect(letter).toMatchObject({ ref: { id }, reason: expect.stringMatching(/does not let this company/) });
    sandbox.faults.clear();
    expect(writesTo(id, from)).toEqual([]);
    expect(await post("/dead-letters/replay", { ids: [letter?.id] })).toEqual({ count: 1 });
    await eventually(() => expect(writesTo(id, from)).toHaveLength(1));
    expect(await deadLetters()).toEqual([]);
  }, 45_000);

  it("are audited when a person decides, and refuse what is no id", async () => {
    const { entries } = await adminGet<{ entries: { action: string; detail: object }[] }>(
      company.server.url,
      "/audit",
    );
    expect(entries.map((entry) => entry.action)).toEqual(
      expect.arrayContaining(["drift.restore", "drift.accept", "dead_letters.replay"]),
    );
    for (const path of ["/drift/restore", "/drift/accept", "/dead-letters/replay", "/dead-letters/discard"])
      for (const body of [{}, { ids: [] }, { ids: ["x"] }, { all: false }, { all: true, ids: ["x"] }])
        expect([path, body, await post(path, body)]).toEqual([path, body, 400]);
  });

  it("say at each connection that its calls go through", async () => {
    const { connections } = await adminGet<{ connections: { breaker: object }[] }>(
      company.server.url,
      "/connections",
    );
    expect(connections.map((connection) => connection.breaker)).toEqual(
      connections.map(() => ({ state: "closed", retryInMs: null, reason: null })),
    );
  });
});
