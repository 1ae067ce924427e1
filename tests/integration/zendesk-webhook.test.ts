import { createHmac, randomUUID } from "node:crypto";
import { accountHealthView, problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxAccount } from "../sandbox/index.ts";
import {
  type Company,
  intakeCounts,
  listConnections,
  startCompany,
  untilQuiet,
} from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { untilScored } from "../support/one-company.ts";
import { appToken, getFromSidebar } from "../support/signed-requests.ts";

describe("webhooks from Zendesk", () => {
  let company: Company;
  let account: SandboxAccount;
  beforeAll(async () => {
    company = await startCompany();
    await untilScored(company.server.url);
    const found = company.sandbox.accounts.find(
      (a) => a.story === "stable" && a.zendeskOrganizationId !== null,
    );
    if (!found) throw new Error("the book has no stable account with an organization");
    account = found;
    await untilQuiet(company.sandbox);
  }, 60_000);
  afterAll(() => company?.stop());

  const endpoint = () => new URL(company.sandbox.zendesk.webhooks[0]?.endpoint ?? "");
  const counts = async () => (await intakeCounts(company.server.url)).zendesk;
  const score = async (): Promise<number> => {
    const token = await appToken({ subdomain: company.sandbox.subdomain });
    const query = { organizationId: account.zendeskOrganizationId ?? "" };
    const view = await (await getFromSidebar(company.server.url, query, token)).json();
    return accountHealthView.parse(view).healthScore ?? Number.NaN;
  };
  const post = (body: string, path = endpoint().pathname): Promise<Response> => {
    const stamp = new Date().toISOString();
    const secret = company.sandbox.zendesk.webhooks[0]?.signingSecret ?? "";
    const signature = createHmac("sha256", secret)
      .update(stamp + body)
      .digest("base64");
    return fetch(company.server.url + path, {
      method: "POST",
      body,
      headers: {
        "x-zendesk-webhook-signature": signature,
        "x-zendesk-webhook-signature-timestamp": stamp,
      },
    });
  };

  it("move the score of the customer that they are about", async () => {
    const before = await score();
    await company.sandbox.actions.urgentTicket(account.key, { openedHoursAgo: 60 });
    await eventually(async () => expect(await score()).toBeLessThan(before));
  });

  it("count once, however often the same envelope comes", async () => {
    await untilQuiet(company.sandbox);
    const event = company.sandbox.deliver.zendeskEvents.at(-1)?.envelope;
    if (!event) throw new Error("no event was delivered");
    const [before, writes] = [await counts(), company.sandbox.writes.length];
    const delivery = await company.sandbox.deliver.zendesk({ ...event, id: randomUUID() }, { copies: 3 });
    expect(delivery.status).toBe(202);
    const after = await counts();
    expect([after.accepted - before.accepted, after.duplicates - before.duplicates]).toEqual([1, 2]);
    await untilQuiet(company.sandbox);
    expect(company.sandbox.writes.length).toBe(writes);
  });

  it("leave no trace when they are unsigned, wrongly signed or stale", async () => {
    const event = company.sandbox.deliver.zendeskEvents.at(-1)?.envelope;
    if (!event) throw new Error("no event was delivered");
    const [before, requests] = [await counts(), company.sandbox.requests.length];
    const fresh = () => ({ ...event, id: randomUUID() });
    const refused = [
      await company.sandbox.deliver.zendesk(fresh(), { signature: "missing" }),
      await company.sandbox.deliver.zendesk(fresh(), { signature: "wrong" }),
      await company.sandbox.deliver.zendesk(fresh(), { timestampOffsetMs: -301_000 }),
      await company.sandbox.deliver.zendesk(fresh(), { timestampOffsetMs: 301_000 }),
    ];
    expect(refused.map((delivery) => delivery.status)).toEqual([401, 401, 401, 401]);
    expect(await counts()).toEqual(before);
    expect(company.sandbox.requests.length).toBe(requests);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["an event without an id", '{"type":"zen:event-type:ticket.created"}'],
    ["an id that is none", '{"type":"zen:event-type:ticket.created","id":7}'],
  ])("are answered 400 and counted as rejected when they are well signed but %s", async (_what, body) => {
    const before = await counts();
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(problem.parse(await answer.json()).code).toBe("request_invalid");
    expect(await counts()).toEqual({ ...before, rejected: before.rejected + 1 });
  });

  it("are answered 404 for connections that do not exist or are not Zendesk's", async () => {
    const hubspot = (await listConnections(company.server.url)).find((c) => c.platform === "hubspot");
    const before = await counts();
    for (const id of [randomUUID(), "1", "%00", hubspot?.id ?? ""]) {
      const answer = await post("{}", `/webhooks/zendesk/${id}`);
      expect([id, answer.status]).toEqual([id, 404]);
      expect(problem.parse(await answer.json()).code).toBe("connection_unknown");
    }
    expect((await post("{}", "/webhooks/zendesk/%zz")).status).toBe(400);
    expect(await counts()).toEqual(before);
  });

  it("are kept while Zendesk refuses our token, and never ask for it again and again", async () => {
    company.sandbox.uninstall("zendesk");
    await company.sandbox.actions.resolveTickets(account.key);
    await eventually(async () => {
      const zendesk = (await listConnections(company.server.url)).find((c) => c.platform === "zendesk");
      expect(zendesk?.status).toBe("disconnected");
      expect(zendesk?.statusReason).toMatch(/reconnect/);
    });
    await untilQuiet(company.sandbox);
    const event = company.sandbox.deliver.zendeskEvents.at(-1)?.envelope;
    if (!event) throw new Error("no event was delivered");
    const [before, requests] = [await counts(), company.sandbox.requests.length];
    const delivery = await company.sandbox.deliver.zendesk({ ...event, id: randomUUID() });
    expect(delivery.status).toBe(202);
    expect((await counts()).accepted).toBe(before.accepted + 1);
    await untilQuiet(company.sandbox);
    expect(company.sandbox.requests.slice(requests).filter((r) => r.platform === "zendesk")).toEqual([]);
  });
});
