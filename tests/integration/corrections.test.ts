import {
  type AccountHealthView,
  accountHealthView,
  type ChangeExplanation,
  changeExplanation,
  correctionReportSchema,
  FINANCIAL_MEASURES,
  problem,
} from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, adminGet, type ListedAccount, untilScored } from "../support/one-company.ts";
import { appToken, askFromCard, askFromSidebar } from "../support/signed-requests.ts";

const ENTRY = { target: "score", direction: "too_high", reason: "They told us that they look elsewhere." };
const UNKNOWN = "00000000-0000-4000-8000-00000000dead";
const DAY_MS = 86_400_000;

interface Answer {
  correction: AccountHealthView["corrections"][number] | null;
  health: AccountHealthView;
}

describe("corrections and explanations, by card, sidebar and API", () => {
  let company: Company;
  let accounts: ListedAccount[];
  let token = "";
  const agents: Record<string, string> = {};
  beforeAll(async () => {
    company = await startCompany();
    accounts = await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
    token = await appToken({ subdomain: company.sandbox.subdomain });
    for (const role of ["agent", "csm", "lead"]) {
      const made = await api("/tokens", { name: `The ${role}`, role, financial: false });
      agents[role] = ((await made.json()) as { token: string }).token;
    }
  }, 60_000);
  afterAll(() => company?.stop());

  const url = (): string => company.server.url;
  const api = (path: string, given?: unknown, bearer = ADMIN_TOKEN): Promise<Response> =>
    fetch(`${url()}/api/v1${path}`, {
      method: given === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(given !== undefined && { body: JSON.stringify(given) }),
    });
  const refOf = (account: ListedAccount | undefined, objectType: string): string =>
    account?.links.find((link) => link.ref.objectType === objectType)?.ref.id ?? "";
  /** Accounts that both platforms know and that have a score: every test takes another one. */
  const both = (index: number): ListedAccount => {
    const found = accounts.filter(
      (a) => refOf(a, "company") !== "" && refOf(a, "organization") !== "" && a.healthScore !== null,
    )[index];
    if (!found) throw new Error(`there is no account ${index} of both platforms`);
    return found;
  };
  const card = (
    account: ListedAccount | undefined,
    path: string,
    given?: unknown,
    more: Record<string, string> = {},
    secret = company.sandbox.hubspotClientSecret,
  ): Promise<Response> => {
    const { portalId } = company.sandbox;
    const query = { objectTypeId: "0-2", objectId: refOf(account, "company"), ...more };
    return askFromCard(url(), path, { ...query, userId: "71", portalId }, secret, given);
  };
  const sidebar = (account: ListedAccount | undefined, path: string, given?: unknown, bearer = token) =>
    askFromSidebar(url(), path, { organizationId: refOf(account, "organization") }, bearer, given);
  const answerOf = async (answer: Response, status: number): Promise<Answer> => {
    const body = (await answer.json()) as Answer;
    expect([answer.status, body]).toEqual([status, expect.anything()]);
    accountHealthView.parse(body.health);
    return body;
  };
  const refused = async (answer: Response, status: number): Promise<string> => {
    expect(answer.status).toBe(status);
    return problem.parse(await answer.json()).detail;
  };
  const stored = async (account: ListedAccount): Promise<AccountHealthView> =>
    accountHealthView.parse(await adminGet(url(), `/accounts/${account.id}/health`));
  /** Without the parts, which move with the clock. */
  const said = ({ healthScore, calculatedScore, band, atRisk, override }: AccountHealthView) => ({
    ...{ healthScore, calculatedScore, band, override },
    isAtRisk: atRisk.isAtRisk,
  });
  /** In the store, not only in the view: the list is read from there. */
  const untilStored = (account: ListedAccount, healthScore: number | null): Promise<void> =>
    eventually(async () => {
      const { accounts: listed } = await adminGet<{ accounts: ListedAccount[] }>(
        url(),
        "/accounts?limit=500",
      );
      expect(listed.find((a) => a.id === account.id)?.healthScore).toBe(healthScore);
    });

  it("keeps a customer success manager's word, shows its override at once, and forgets it without a trace", async () => {
    const account = both(0);
    const before = await stored(account);
    const entry = { ...ENTRY, override: { kind: "points", points: -10 } };
    const { correction, health } = await answerOf(await card(account, "corrections", entry), 201);
    expect(correction).toMatchObject({ by: "HubSpot user 71", reason: ENTRY.reason, canWithdraw: true });
    const lower = Math.min(
      Math.max(0, Math.round(((before.calculatedScore ?? 0) - 10) * 10) / 10),
      before.caps[0]?.limit ?? 100,
    );
    expect(health).toMatchObject({
      healthScore: lower,
      calculatedScore: before.calculatedScore,
      override: { correctionId: correction?.id, sentence: expect.stringMatching(/^Set by .* Calculated: /) },
      may: { correct: true, override: true },
    });
    await untilStored(account, lower);
    expect(said(await stored(account))).toEqual(said(health));
    expect((await stored(account)).corrections).toHaveLength(1);

    const gone = await answerOf(await card(account, `corrections/${correction?.id}/withdraw`, {}), 200);
    expect(gone.health.corrections).toEqual([]);
    await untilStored(account, before.healthScore);
    expect(said(await stored(account))).toEqual(said(before));
    await answerOf(await card(account, `corrections/${correction?.id}/withdraw`, {}), 200);
    const { corrections } = await adminGet<{ corrections: object[] }>(
      url(),
      `/accounts/${account.id}/corrections`,
    );
    expect(corrections).toMatchObject([{ isInForce: false, withdrawnAt: expect.any(String) }]);
  });

  it("takes two clicks for one, and lets a newer override take the place of the older", async () => {
    const account = both(1);
    const entry = { ...ENTRY, override: { kind: "band", band: "red" } };
    const [one, two] = await Promise.all([
      card(account, "corrections", entry),
      card(account, "corrections", entry),
    ]);
    const first = await answerOf(one, 201);
    expect((await answerOf(two, 201)).correction?.id).toBe(first.correction?.id);
    const newer = {
      ...ENTRY,
      reason: "It is all settled.",
      direction: "too_low",
      override: { kind: "points", points: 4 },
    };
    const { health, correction } = await answerOf(await card(account, "corrections", newer), 201);
    expect(health.override).toMatchObject({ correctionId: correction?.id, kind: "points", points: 4 });
    expect(health.corrections).toHaveLength(2);
  });

  it("lets an agent disagree, but not decide, and take back agents' words alone", async () => {
    const account = both(2);
    const words = await refused(
      await sidebar(account, "corrections", { ...ENTRY, override: { kind: "band", band: "red" } }),
      403,
    );
    expect(words).toMatch(/customer success manager decides/);
    const { correction, health } = await answerOf(await sidebar(account, "corrections", ENTRY), 201);
    expect(correction).toMatchObject({ by: "A Zendesk agent", canWithdraw: true });
    expect(health).toMatchObject({ role: "agent", override: null, may: { correct: true, override: false } });
    const theirs = await answerOf(await card(account, "corrections", ENTRY), 201);
    expect(
      await refused(await sidebar(account, `corrections/${theirs.correction?.id}/withdraw`, {}), 403),
    ).toMatch(/Only who made/);
    await answerOf(await sidebar(account, `corrections/${correction?.id}/withdraw`, {}), 200);
    const audit = await adminGet<{ entries: { action: string; outcome: string; actor: string }[] }>(
      url(),
      "/audit",
    );
    expect(audit.entries).toContainEqual(
      expect.objectContaining({
        action: "corrections.write",
        outcome: "denied",
        actor: "zendesk:unverified",
      }),
    );
  });

  it("takes words by the API under the token's role", async () => {
    const { id } = both(3);
    const path = `/accounts/${id}/corrections`;
    const band = { ...ENTRY, override: { kind: "band", band: "yellow" } };
    await refused(await api(path, band, agents["agent"]), 403);
    const said = await answerOf(await api(path, ENTRY, agents["agent"]), 201);
    const decided = await answerOf(await api(path, band, agents["csm"]), 201);
    expect(decided.correction?.by).toBe("The csm");
    await refused(await api(`${path}/${decided.correction?.id}/withdraw`, {}, agents["agent"]), 403);
    const gone = await answerOf(
      await api(`${path}/${said.correction?.id}/withdraw`, {}, agents["lead"]),
      200,
    );
    expect(gone.health.corrections.map((c) => c.id)).toEqual([decided.correction?.id]);
  });

  it.each([
    [{ ...ENTRY, target: "weather" }, /target: weather .* one of: score, churn_risk, segment/],
    [{ ...ENTRY, target: "seat_growth" }, /target: seat_growth/],
    [{ ...ENTRY, reason: "  " }, /say in a few words/],
    [{ ...ENTRY, expiresInDays: 31, override: { kind: "band", band: "red" } }, /30 days at most/],
    [{ ...ENTRY, override: { kind: "points", points: 16 } }, /points/],
    [{ ...ENTRY, direction: "sideways" }, /direction/],
    [[], /request|expected/],
  ])("answers %j with 400, in words", async (entry, words) => {
    expect(await refused(await card(both(4), "corrections", entry), 400)).toMatch(words);
    if (!Array.isArray(entry) && entry.target === "seat_growth") return; // an administrator may know of it
    expect(await refused(await api(`/accounts/${both(4).id}/corrections`, entry), 400)).toMatch(words);
  });

  it("hears nobody without proof, and shows no account of somebody else", async () => {
    const account = both(4);
    await refused(await card(account, "corrections", ENTRY, {}, "another secret"), 401);
    await refused(await card(account, "explain", undefined, {}, "another secret"), 401);
    await refused(await sidebar(account, "corrections", ENTRY, "forged"), 401);
    const forged = await appToken({ subdomain: company.sandbox.subdomain, secret: "another secret" });
    await refused(await sidebar(account, "explain", undefined, forged), 401);
    await refused(await api(`/accounts/${account.id}/corrections`, ENTRY, "forged"), 401);
    const known = (await answerOf(await card(account, "corrections", ENTRY), 201)).correction?.id;
    for (const answer of [
      await api(`/accounts/${UNKNOWN}/corrections`, ENTRY),
      await api(`/accounts/${UNKNOWN}/corrections`),
      await api(`/accounts/${UNKNOWN}/explain`),
      await card(undefined, "explain", undefined, { objectId: "999999" }),
      await card(undefined, "corrections", ENTRY, { objectId: "999999" }),
    ])
      expect(await refused(answer, 404)).toBe("No account belongs to this record.");
    for (const id of [UNKNOWN, "1", known])
      await refused(await api(`/accounts/${both(3).id}/corrections/${id}/withdraw`, {}), 404);
    const { portalId, hubspotClientSecret } = company.sandbox;
    const query = { objectTypeId: "0-2", objectId: refOf(account, "company"), portalId };
    const nobody = await askFromCard(url(), "corrections", query, hubspotClientSecret, ENTRY);
    expect(await refused(nobody, 400)).toMatch(/userId: is missing/);
  });

  const explained = async (answer: Response): Promise<ChangeExplanation> => {
    expect(answer.status).toBe(200);
    return changeExplanation.parse(await answer.json());
  };
  const sum = ({ items }: ChangeExplanation): number => items.reduce((total, item) => total + item.points, 0);

  it("explains any period to everybody, adding up, and without what they may not see", async () => {
    const from = new Date(Date.now() - 120 * DAY_MS).toISOString();
    let moved = 0;
    for (const account of accounts) {
      const full = await explained(await api(`/accounts/${account.id}/explain?from=${from}`));
      const asked = [
        full,
        await explained(
          await api(`/accounts/${account.id}/explain?from=${from}`, undefined, agents["agent"]),
        ),
      ];
      if (refOf(account, "company") !== "")
        asked.push(await explained(await card(account, "explain", undefined, { from })));
      if (refOf(account, "organization") !== "")
        asked.push(await explained(await sidebar(account, "explain")));
      for (const each of asked)
        if (each.points !== null) expect(Math.abs(sum(each) - each.points)).toBeLessThan(1e-9);
      for (const each of asked.slice(1))
        expect(each.items.filter((item) => FINANCIAL_MEASURES.has(item.measure))).toEqual([]);
      for (const item of full.items) {
        moved += 1;
        if (item.since !== null) expect(item.since > from && item.since <= full.to.at).toBe(true);
      }
    }
    expect(moved).toBeGreaterThan(10);
  });

  it("tells leads who was right, as far as there is enough to say so, and nobody else", async () => {
    for (const role of ["agent", "csm"])
      expect(await refused(await api("/corrections/report", undefined, agents[role]), 403)).toMatch(/lead/);
    const report = correctionReportSchema.parse(
      await (await api("/corrections/report", undefined, agents["lead"])).json(),
    );
    expect(report.total).toBeGreaterThan(5);
    expect(report).toMatchObject({ personRight: { n: 0, rate: null } });
  });

  it("stops whoever says too much at once, and nobody else", async () => {
    const made = await api("/tokens", { name: "A loop", role: "csm", financial: false });
    const { token: loop } = (await made.json()) as { token: string };
    const path = `/accounts/${both(5).id}/corrections`;
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) statuses.push((await api(path, ENTRY, loop)).status);
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 201));
    expect(statuses.at(-1)).toBe(429);
    expect(await refused(await api(path, ENTRY, loop), 429)).toMatch(/try again in a minute/);
    await answerOf(await api(path, ENTRY, agents["csm"]), 201);
  });

  it.each([
    ["?from=2026-05-03T00:00:00Z&to=2026-05-01", /from: is after to/],
    ["?to=2999-01-01", /to: is in the future/],
    ["?from=yesterday", /from: must be a date or an instant/],
  ])("answers a period of %s with 400, in words", async (query, words) => {
    expect(await refused(await api(`/accounts/${both(0).id}/explain${query}`), 400)).toMatch(words);
  });
});
