import { accountHealthView, problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, type SandboxAccount, startSandbox } from "../sandbox/index.ts";
import { eventually } from "../support/eventually.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import {
  adminGet,
  listAccounts,
  newEmptyStorage,
  oneCompany,
  type Storage,
  storageKinds,
  untilScored,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { appToken, getFromCard, getFromSidebar } from "../support/signed-requests.ts";

interface Counts {
  hubspot: { accepted: number; duplicates: number; rejected: number };
  zendesk: { accepted: number; duplicates: number; rejected: number };
}

describe.each(storageKinds)("one company, from a signed webhook to a score on the record (%s)", (kind) => {
  let sandbox: Sandbox;
  let storage: Storage;
  let server: ServerProcess;
  let both: SandboxAccount;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 7, now: () => new Date(), accounts: 30, retryScale: 0.1 });
    const [kept, port] = await Promise.all([newEmptyStorage(kind), freePort()]);
    storage = kept;
    server = await startServer({ ...oneCompany(sandbox, port), ...storage.environment }, port);
    sandbox.setHubspotWebhook({
      url: `${server.url}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: Number(sandbox.hubspotAppId),
    });
    const accounts = await untilScored(server.url);
    const scored = accounts.filter((a) => a.healthScore !== null && a.links.length === 2);
    const ids = new Set(scored.map((a) => a.links.find((l) => l.ref.platform === "hubspot")?.ref.id));
    const found = sandbox.accounts.find((a) => ids.has(a.hubspotCompanyId) && a.zendeskTicketIds.length > 0);
    if (!found) throw new Error("the book has no account that both platforms know and that has a score");
    both = found;
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });

  const counts = (): Promise<Counts> => adminGet<Counts>(server.url, "/intake/counts");
  const companyWrites = () =>
    sandbox.writes.filter((w) => w.objectType === "company" && w.id === both.hubspotCompanyId);
  /** Whatever was on its way has been delivered, scored and written. */
  const untilQuiet = async (): Promise<void> => {
    await sandbox.deliver.idle();
    for (let seen = -1; seen !== sandbox.writes.length; ) {
      seen = sandbox.writes.length;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
  };
  const post = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/webhooks/hubspot`, { method: "POST", body, headers });
  const signed = (body: string, stamp?: number): Record<string, string> =>
    hubspotHeaders(`${server.url}/webhooks/hubspot`, body, sandbox.hubspotClientSecret, stamp);

  it("reads the history of both platforms and writes scores to companies and organizations", async () => {
    const accounts = await listAccounts(server.url);
    expect(accounts.length).toBeGreaterThan(20);
    expect(accounts.some((account) => account.healthScore === null)).toBe(true);
    await eventually(() => {
      const written = new Set(sandbox.writes.map((w) => `${w.objectType} ${w.id}`));
      for (const { links } of accounts)
        for (const { ref } of links) expect(written).toContain(`${ref.objectType} ${ref.id}`);
    });
    const first = companyWrites()[0];
    expect(first?.values).toMatchObject({
      bellwether_health_band: expect.stringMatching(/^(red|yellow|green)$/),
    });
    for (const write of sandbox.writes)
      expect(Object.keys(write.values).filter((key) => !/^(bellwether_|custom_field_)/.test(key))).toEqual(
        [],
      );
  });

  it("changes the score, the reasons and the written values after an urgent ticket", async () => {
    const before = companyWrites().length;
    const view = async () =>
      accountHealthView.parse(
        await (await getFromCard(server.url, cardQuery(), sandbox.hubspotClientSecret)).json(),
      );
    const earlier = await view();
    await sandbox.actions.urgentTicket(both.key);
    await eventually(() => expect(companyWrites().length).toBeGreaterThan(before));
    const later = await view();
    expect(later.healthScore).not.toBe(earlier.healthScore);
    expect(later.healthScore ?? 100).toBeLessThan(earlier.healthScore ?? 0);
    expect(later.reasons.map((r) => r.sentence).join(" ")).toMatch(/urgent/i);
    expect(Number(companyWrites().at(-1)?.values["bellwether_health_score"])).toBe(later.healthScore);
  });

  it("counts the same delivery once, however often it comes, and writes nothing more", async () => {
    const body = JSON.stringify([
      sandbox.deliver.hubspotEvent(sandbox.portalId, { objectId: Number(both.hubspotCompanyId) }),
    ]);
    await untilQuiet();
    const before = await counts();
    for (let i = 0; i < 3; i++) expect((await post(body, signed(body))).status).toBe(202);
    const after = await counts();
    expect(after.hubspot.accepted - before.hubspot.accepted).toBe(1);
    expect(after.hubspot.duplicates - before.hubspot.duplicates).toBe(2);
    const writes = sandbox.writes.length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(sandbox.writes.length).toBe(writes);
  });

  it("refuses unsigned, wrongly signed and stale deliveries and keeps no trace of them", async () => {
    const before = await counts();
    const body = JSON.stringify([sandbox.deliver.hubspotEvent(sandbox.portalId, { objectId: 1 })]);
    const refused = [
      await post(body, { "content-type": "application/json" }),
      await post(body.replace("1", "2"), signed(body)),
      await post(body, { ...signed(body), "x-hubspot-signature-v3": "AAAA" }),
      await post(body, signed(body, Date.now() - 301_000)),
      await post(body, signed(body, Date.now() + 301_000)),
      await fetch(`${server.url}/webhooks/zendesk/00000000-0000-4000-8000-00000000dead`, {
        method: "POST",
        body: "{}",
      }),
    ];
    expect(refused.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401, 404]);
    for (const answer of refused) expect(problem.parse(await answer.json()).requestId).not.toBe("");
    expect(await counts()).toEqual(before);
  });

  it.each([
    ["malformed JSON", "[{", 400],
    ["something that is not a list", '"hello"', 400],
    ["an event without a type", '[{"portalId":1}]', 400],
    ["a body over the limit", `["${"x".repeat(1_100_000)}"]`, 413],
  ])("answers %s, well signed, with what is wrong", async (_what, body, status) => {
    const answer = await post(body, signed(body));
    expect(answer.status).toBe(status);
    expect(problem.parse(await answer.json()).detail).not.toBe("");
  });

  it("takes unknown portals, unknown kinds, long names and odd characters without harm", async () => {
    const event = (details: object): object => ({
      ...sandbox.deliver.hubspotEvent(sandbox.portalId, { objectId: Number(both.hubspotCompanyId) }),
      ...details,
    });
    const before = await counts();
    const body = JSON.stringify([
      event({ portalId: 999_999_999 }),
      event({ subscriptionType: "planet.creation" }),
      event({ propertyName: "name", propertyValue: "ä".repeat(10_000) }),
      event({ propertyName: "name", propertyValue: "🦊\u0000\ud800" }),
      event({ propertyName: "annualrevenue", propertyValue: "-1" }),
    ]);
    const answer = await post(body, signed(body));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ accepted: 4, duplicates: 0, unknown: 1 });
    expect((await counts()).hubspot.accepted - before.hubspot.accepted).toBe(4);
  });

  const cardQuery = (
    objectTypeId = "0-2",
    objectId = both.hubspotCompanyId,
    portalId = sandbox.portalId,
  ) => ({
    objectTypeId,
    objectId,
    userId: "1",
    portalId,
    userEmail: "csm@tenant.example",
    appId: "1",
  });

  it("answers the card for a company, its contacts, deals and tickets", async () => {
    const views = await Promise.all(
      [
        cardQuery(),
        cardQuery("0-1", both.contactIds[0]),
        ...both.dealIds.slice(0, 1).map((id) => cardQuery("0-3", id)),
      ].map(async (query) => {
        const answer = await getFromCard(server.url, query, sandbox.hubspotClientSecret, (url) =>
          url.replace("%40", "@"),
        );
        expect(answer.status).toBe(200);
        expect(answer.headers.get("cache-control")).toBe("no-store");
        return accountHealthView.parse(await answer.json());
      }),
    );
    expect(new Set(views.map((view) => view.account.id)).size).toBe(1);
    const [view] = views;
    const sum = (view?.contributions ?? []).reduce((total, c) => total + c.points, 0);
    expect(sum).toBeCloseTo(view?.calculatedScore ?? Number.NaN, 9);
    expect(view?.trend.points.length).toBeGreaterThan(10);
  });

  it("answers the sidebar for a ticket, an organization and a user, without financial data", async () => {
    const token = await appToken({ subdomain: sandbox.subdomain });
    for (const query of [
      { organizationId: both.zendeskOrganizationId ?? "" },
      { ticketId: both.zendeskTicketIds[0] ?? "" },
      { userId: both.zendeskUserIds[0] ?? "" },
    ]) {
      const answer = await getFromSidebar(server.url, query, token);
      expect(answer.status).toBe(200);
      const view = accountHealthView.parse(await answer.json());
      expect(view.role).toBe("agent");
      expect(view.dimensions.map((d) => d.dimension)).not.toContain("growth");
    }
  });

  it("gives another tenant's ids, unknown ids and unknown portals the same 404", async () => {
    const token = await appToken({ subdomain: sandbox.subdomain });
    const answers = await Promise.all([
      getFromCard(
        server.url,
        cardQuery("0-2", sandbox.secondPortal.companyId),
        sandbox.hubspotClientSecret,
        decoded,
      ),
      getFromCard(server.url, cardQuery("0-2", "1"), sandbox.hubspotClientSecret, decoded),
      getFromCard(
        server.url,
        cardQuery("0-2", both.hubspotCompanyId, "999999"),
        sandbox.hubspotClientSecret,
        decoded,
      ),
      getFromSidebar(server.url, { organizationId: "1" }, token),
    ]);
    const bodies = await Promise.all(
      answers.map(async (answer) => ({ ...problem.parse(await answer.json()), requestId: "" })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404]);
    for (const body of bodies) expect(body).toEqual(bodies[0]);
  });
  const decoded = (url: string): string => url.replace("%40", "@");

  it.each([
    ["a wrong secret", { secret: "some-other-secret-of-enough-length" }],
    ["another account's name", { subdomain: "someone-else" }],
    ["a foreign audience", { audience: "https://other.example" }],
    ["an expired time", { expiresInS: -120 }],
  ])("refuses a sidebar token with %s", async (_what, claims) => {
    const token = await appToken({ subdomain: sandbox.subdomain, ...claims });
    const answer = await getFromSidebar(
      server.url,
      { organizationId: both.zendeskOrganizationId ?? "" },
      token,
    );
    expect(answer.status).toBe(401);
  });

  it("keeps the admin API closed without its token", async () => {
    expect((await fetch(`${server.url}/api/v1/accounts`)).status).toBe(401);
    expect(
      (await fetch(`${server.url}/api/v1/accounts`, { headers: { authorization: "Bearer no" } })).status,
    ).toBe(401);
  });

  it("writes the band to open tickets when it changes, and never to solved or closed ones", async () => {
    const written = sandbox.writes.filter((w) => w.objectType === "ticket");
    expect(written.length).toBeGreaterThan(0);
    for (const write of written) expect(["solved", "closed"]).not.toContain(write.ticketStatus);
  });

  it("says how it is, and ends within 12 s of SIGTERM", async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain("bellwether_events_total");
    expect(await (await fetch(`${server.url}/openapi.json`)).json()).toMatchObject({ openapi: "3.1.0" });
    const { code, ms } = await server.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(12_000);
    expect(server.output()).not.toContain(sandbox.hubspotAccessToken);
    expect(server.output()).not.toMatch(/"level":50/);
  });
});
