import { randomUUID } from "node:crypto";
import {
  type AccountHealthView,
  type AccountId,
  accountHealthView,
  accountId,
  DAY_MS,
} from "@bellwether/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { StoredCorrection } from "../../server/src/services/ports.ts";
import { eventually } from "../support/eventually.ts";
import {
  CLIENT_SECRET,
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { healthResult } from "../support/health-result.ts";
import type { rememberOpened } from "../support/opened-database.ts";
import { scoredAccount } from "../support/scored-account.ts";
import {
  appToken,
  askFromCard,
  askFromSidebar,
  getFromCard,
  getFromSidebar,
} from "../support/signed-requests.ts";

const { opened } = await vi.hoisted(async () => ({
  opened: (await import("../support/opened-database.ts")).rememberOpened() as ReturnType<
    typeof rememberOpened
  >,
}));
vi.mock(import("../../server/src/adapters/db/database.ts"), async (load) => opened.wrap(await load()));

const FRESHNESS = [
  { source: "crm", label: "HubSpot", lastSeenAt: null, limitHours: 24, isStale: true },
  { source: "tickets", label: "Tickets", lastSeenAt: null, limitHours: 1, isStale: true },
];

describe("cards that are ready", () => {
  let server: GuardedServer;
  let ours: GuardedTenant;
  let shiftMs = 0;
  let isFull = false;
  beforeAll(async () => {
    server = await startGuarded({
      change: (parts) => ({
        ...parts,
        clock: { now: () => new Date(Date.now() + shiftMs) },
        cards: {
          ...parts.cards,
          keep: (card) => (isFull ? Promise.reject(new Error("the disk is full")) : parts.cards.keep(card)),
        },
      }),
    });
    ours = await guardedTenant(server.parts, "ours", "3001");
  });
  beforeEach(() => {
    shiftMs = 0;
    isFull = false;
  });
  afterAll(() => server?.stop());

  const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
  const score = (id: AccountId, healthScore: number, days = 0): Promise<void> =>
    server.parts.scores.save(
      ours.tenant,
      [
        scoredAccount(
          id,
          healthResult({
            healthScore,
            calculatedScore: healthScore,
            scoredAt: ago(days),
            freshness: FRESHNESS,
          }),
        ),
      ],
      [],
    );
  let number = 100;
  /** A customer of both platforms with a number of its own. */
  const newCustomer = async () => {
    const [id, record] = [accountId.parse(randomUUID()), String(number++)];
    await server.parts.accounts.link(ours.tenant, {
      accounts: [{ id, name: `Customer ${record}`, createdAt: new Date(ago(400)) }],
      links: [
        { ref: { platform: "hubspot", objectType: "company", id: record }, accountId: id, rule: "anchor" },
        {
          ref: { platform: "zendesk", objectType: "organization", id: record },
          accountId: id,
          rule: "domain",
        },
      ],
      suggestions: [],
    });
    await score(id, 62.5);
    return { id, record };
  };
  const card = (record: string): Promise<Response> =>
    getFromCard(
      server.url,
      { portalId: ours.portalId, objectTypeId: "0-2", objectId: record, userId: "71" },
      CLIENT_SECRET,
    );
  const token = (): Promise<string> => appToken({ subdomain: ours.subdomain, secret: ours.appSecret });
  const sidebar = async (record: string): Promise<Response> =>
    getFromSidebar(server.url, { organizationId: record }, await token());
  const viewOf = async (answer: Response): Promise<AccountHealthView> => {
    expect(answer.status).toBe(200);
    return accountHealthView.parse(await answer.json());
  };
  const both = async (record: string): Promise<AccountHealthView[]> => [
    await viewOf(await card(record)),
    await viewOf(await sidebar(record)),
  ];
  const keptFor = (id: AccountId) =>
    opened
      .latest()
      .query<{ audience: string; body: string }>(
        "SELECT audience, body FROM ready_card WHERE account_id = $1 ORDER BY audience",
        [id],
      );
  /** Looked at once, and ready by now. */
  const readyCustomer = async () => {
    const customer = await newCustomer();
    await both(customer.record);
    await eventually(async () => expect(await keptFor(customer.id)).toHaveLength(2));
    return customer;
  };

  it("are given as they were kept, each to its audience", async () => {
    const { id, record } = await readyCustomer();
    expect((await keptFor(id)).map(({ audience }) => audience)).toEqual(["agent zendesk:unverified", "csm"]);
    await opened
      .latest()
      .query(
        "UPDATE ready_card SET body = replace(body, 'Customer', 'Kept for ' || audience) WHERE account_id = $1",
        [id],
      );
    expect((await both(record)).map((view) => view.account.name)).toEqual([
      `Kept for csm ${record}`,
      `Kept for agent zendesk:unverified ${record}`,
    ]);
  });

  it("answer as one that is built does, headers included", async () => {
    const { id, record } = await readyCustomer();
    for (const ask of [card, sidebar]) {
      const ready = await ask(record);
      const text = await ready.text();
      await opened.latest().query("DELETE FROM ready_card WHERE account_id = $1", [id]);
      const built = await ask(record);
      expect(await built.text()).toBe(text);
      for (const name of ["content-type", "cache-control", "etag"])
        expect([name, ready.headers.get(name)]).toEqual([name, built.headers.get(name)]);
      expect(ready.headers.get("cache-control")).toBe("no-store");
      expect(ready.headers.get("content-type")).toBe("application/json; charset=utf-8");
    }
  });

  it("show a new score, a new name and a lost party at once", async () => {
    const { id, record } = await readyCustomer();
    await score(id, 31.5);
    expect((await both(record)).map((view) => view.healthScore)).toEqual([31.5, 31.5]);
    await server.parts.accounts.link(ours.tenant, {
      accounts: [{ id, name: "Another name", createdAt: new Date() }],
      links: [],
      suggestions: [],
    });
    expect((await both(record)).map((view) => view.account.name)).toEqual(["Another name", "Another name"]);
    await server.parts.ledger.commit({
      tenantId: ours.tenant,
      connectionId: ours.zendesk,
      records: [],
      removed: [{ platform: "zendesk", objectType: "organization", id: record }],
      observations: [],
      claims: [],
      progress: null,
    });
    expect((await viewOf(await card(record))).account.zendeskOrganizationId).toBeNull();
    expect((await sidebar(record)).status).toBe(404);
  });

  it("show an override when it is made, and no more when it is taken back or has expired", async () => {
    const { id, record } = await readyCustomer();
    const entry = {
      target: "score",
      direction: "too_high",
      reason: "They told us.",
      override: { kind: "band", band: "red" },
    };
    const query = { portalId: ours.portalId, objectTypeId: "0-2", objectId: record, userId: "71" };
    const made = await askFromCard(server.url, "corrections", query, CLIENT_SECRET, entry);
    expect(made.status).toBe(201);
    const { correction } = (await made.json()) as { correction: { id: string } };
    const bands = async () => (await both(record)).map((view) => [view.band, view.corrections.length]);
    expect(await bands()).toEqual([
      ["red", 1],
      ["red", 1],
    ]);
    const path = `corrections/${correction.id}/withdraw`;
    expect((await askFromCard(server.url, path, query, CLIENT_SECRET, {})).status).toBe(200);
    const calculated = [
      ["yellow", 0],
      ["yellow", 0],
    ];
    expect(await bands()).toEqual(calculated);
    const short: StoredCorrection = {
      id: randomUUID(),
      accountId: id,
      target: "score",
      direction: "too_high",
      reason: "For four minutes.",
      evidence: null,
      override: { kind: "band", band: "red" },
      shown: { healthScore: 62.5, band: "yellow", churnProbability: 0.05, versions: "x" },
      author: "hubspot:71",
      authorName: "HubSpot user 71",
      createdAt: new Date(Date.now() - 1_000),
      expiresAt: new Date(Date.now() + 240_000),
      withdrawnAt: null,
      withdrawnBy: null,
    };
    await server.parts.corrections.save(ours.tenant, short);
    expect(await bands()).toEqual([
      ["red", 1],
      ["red", 1],
    ]);
    shiftMs = 241_000;
    expect(await bands()).toEqual(calculated);
  });

  it("show a word when it begins and ends to hold, out of the ready text", async () => {
    const { id, record } = await readyCustomer();
    const now = Date.now();
    await server.parts.corrections.save(ours.tenant, {
      id: randomUUID(),
      accountId: id,
      target: "score",
      direction: "wrong",
      reason: "No override: the card can be kept.",
      evidence: null,
      override: null,
      shown: { healthScore: 62.5, band: "yellow", churnProbability: 0.05, versions: "x" },
      author: "hubspot:71",
      authorName: "HubSpot user 71",
      createdAt: new Date(now - 1_000),
      expiresAt: new Date(now + 240_000),
      withdrawnAt: null,
      withdrawnBy: null,
    });
    const words = async () => (await both(record)).map((view) => view.corrections.length);
    expect(await words()).toEqual([1, 1]);
    await eventually(async () =>
      expect((await keptFor(id)).every(({ body }) => body.includes("the card can be kept"))).toBe(true),
    );
    expect(await words()).toEqual([1, 1]);
    shiftMs = 241_000;
    expect(await words()).toEqual([0, 0]);
  });

  it("tell of the sources as they are now", async () => {
    const { record } = await readyCustomer();
    const { connections } = server.parts;
    const seenAt = async () =>
      (await both(record)).map((view) => view.freshness.find((row) => row.source === "crm")?.lastSeenAt);
    const [first, second] = [new Date(Date.now() - 5_000), new Date()];
    for (const at of [first, second]) {
      await connections.update(ours.hubspot, { syncedAt: at });
      expect(await seenAt()).toEqual([at.toISOString(), at.toISOString()]);
    }
    await connections.update(ours.zendesk, { status: "disconnected" });
    const { freshness } = await viewOf(await card(record));
    await connections.update(ours.zendesk, { status: "active" });
    expect(freshness.find((row) => row.source === "tickets")?.label).toContain("Zendesk is disconnected");
  });

  it("are not given to another tenant that knows the same number", async () => {
    const theirs = await guardedTenant(server.parts, "theirs", "3002");
    const { record } = await readyCustomer();
    const query = { portalId: theirs.portalId, objectTypeId: "0-2", objectId: record, userId: "71" };
    expect((await getFromCard(server.url, query, CLIENT_SECRET)).status).toBe(404);
    const foreign = await appToken({ subdomain: theirs.subdomain, secret: theirs.appSecret });
    const answer = await askFromSidebar(server.url, "account-health", { organizationId: record }, foreign);
    expect(answer.status).toBe(404);
  });

  it("are not waited for: who asks is answered although none can be kept", async () => {
    isFull = true;
    const { id, record } = await newCustomer();
    expect((await both(record)).map((view) => view.healthScore)).toEqual([62.5, 62.5]);
    await eventually(async () => expect(server.log()).toContain("a card was not kept"));
    expect(await keptFor(id)).toEqual([]);
  });
});
