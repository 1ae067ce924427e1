import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Receiver, receiver, type Started, started } from "./testing.ts";

const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("base64");
const withZendesk = ({ sandbox }: Started) => {
  const account = sandbox.accounts.find(({ zendeskOrganizationId }) => zendeskOrganizationId !== null);
  if (account === undefined) throw new Error("no account is known to Zendesk");
  return account;
};

async function subscribe(stage: Started, target: Receiver, subscriptions: string[]) {
  const webhook = {
    name: "Bellwether",
    status: "active",
    endpoint: `${target.url}/webhooks/zendesk/c1`,
    http_method: "POST",
    request_format: "json",
    subscriptions: subscriptions.map((name) => `zen:event-type:${name}`),
  };
  const { body } = await stage.zendesk("POST", "/api/v2/webhooks", { webhook });
  const secret = await stage.zendesk("GET", `/api/v2/webhooks/${body.webhook.id}/signing_secret`);
  return { id: body.webhook.id as string, secret: secret.body.signing_secret.secret as string };
}

describe("HubSpot", () => {
  const connect = (stage: Started, target: Receiver, more = {}) => {
    const hook = { url: `${target.url}/webhooks/hubspot`, clientSecret: "s3cret", appId: 42, ...more };
    stage.sandbox.setHubspotWebhook(hook);
    return hook;
  };
  const eventsOf = (target: Receiver) => target.received.flatMap(({ body }) => JSON.parse(body));

  it("signs method, address, body and time, as a receiver can work out for itself", async () => {
    const [stage, target] = [await started(), await receiver()];
    const hook = connect(stage, target);
    await stage.sandbox.actions.usageDrops(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    const [one] = target.received;
    const timestamp = one?.headers["x-hubspot-request-timestamp"];
    expect(one?.headers["x-hubspot-signature-v3"]).toBe(
      hmac("s3cret", `POST${hook.url}${one?.body}${timestamp}`),
    );
    expect(eventsOf(target)).toContainEqual(
      expect.objectContaining({
        subscriptionType: "object.propertyChange",
        objectTypeId: "0-2",
        propertyName: "active_users_30d",
        portalId: Number(stage.sandbox.portalId),
        appId: 42,
        attemptNumber: 0,
        changeSource: "INTEGRATION",
      }),
    );
  });

  it("names events by their type for the older subscriptions, and sends only what is subscribed", async () => {
    const [stage, target] = [await started(), await receiver()];
    const subscriptions = [{ subscriptionType: "company.propertyChange", propertyName: "logins_30d" }];
    connect(stage, target, { family: "typed", subscriptions });
    await stage.sandbox.actions.usageDrops(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    const names = eventsOf(target).map(({ subscriptionType, propertyName }) => [
      subscriptionType,
      propertyName,
    ]);
    expect(names).toEqual([["company.propertyChange", "logins_30d"]]);
  });

  it("tells both sides of a broken association when a champion leaves", async () => {
    const [stage, target] = [await started(), await receiver()];
    connect(stage, target);
    await stage.sandbox.actions.championLeaves(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    const broken = eventsOf(target).filter(({ associationRemoved }) => associationRemoved);
    expect(broken.map(({ associationType }) => associationType)).toEqual([
      "CONTACT_TO_COMPANY",
      "COMPANY_TO_CONTACT",
    ]);
  });

  it("sends an array again with the next attempt number until it is acknowledged", async () => {
    const [stage, target] = [
      await started(),
      await receiver([{ status: 500 }, { status: 401 }, { status: 204 }]),
    ];
    connect(stage, target);
    await stage.sandbox.actions.usageDrops(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    expect(target.received.map(({ body }) => JSON.parse(body)[0].attemptNumber)).toEqual([0, 1, 2]);
    expect(stage.sandbox.deliver.log.map(({ status }) => status)).toEqual([500, 401, 204]);
  });

  it("gives up after ten attempts", async () => {
    const [stage, target] = [await started({ retryScale: 0.0001 }), await receiver([{ status: 503 }])];
    connect(stage, target);
    await stage.sandbox.actions.usageDrops(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    expect(target.received).toHaveLength(10);
  });

  it("cuts many changes into arrays of at most 100", async () => {
    const [stage, target] = [await started(), await receiver()];
    connect(stage, target);
    for (let i = 0; i < 120; i++) stage.sandbox.hubspot.create("companies", { name: `Company ${i}` });
    await stage.sandbox.deliver.idle();
    expect(target.received.map(({ body }) => JSON.parse(body).length).toSorted((x, y) => x - y)).toEqual([
      20, 100,
    ]);
  });

  it("keeps our own writes to itself unless they are subscribed", async () => {
    const write = async (echoOwnWrites: boolean) => {
      const [stage, target] = [await started(), await receiver()];
      connect(stage, target, { echoOwnWrites });
      const group = { name: "bellwether", label: "Bellwether" };
      await stage.hubspot("POST", "/crm/properties/2026-03/companies/groups", group);
      const property = {
        name: "bellwether_segment",
        label: "Segment",
        groupName: "bellwether",
        type: "string",
        fieldType: "text",
      };
      await stage.hubspot("POST", "/crm/properties/2026-03/companies", property);
      const inputs = [{ id: withZendesk(stage).hubspotCompanyId, properties: { bellwether_segment: "new" } }];
      await stage.hubspot("POST", "/crm/objects/2026-03/companies/batch/update", { inputs });
      await stage.sandbox.deliver.idle();
      return eventsOf(target);
    };
    expect(await write(false)).toEqual([]);
    expect(await write(true)).toMatchObject([
      { propertyName: "bellwether_segment", changeSource: "INTEGRATION" },
    ]);
  });

  it("can be made to send wrongly signed, old, doubled, shuffled and mixed deliveries", async () => {
    const [stage, target] = [await started(), await receiver()];
    const hook = connect(stage, target);
    const { deliver, portalId, secondPortal } = stage.sandbox;
    await stage.sandbox.actions.usageDrops(withZendesk(stage).key);
    await deliver.idle();
    const original = target.received[0]?.body ?? "";
    await deliver.redeliver(undefined, { signature: "wrong" });
    await deliver.redeliver(undefined, { signature: "missing" });
    await deliver.redeliver(undefined, { timestampOffsetMs: -600_000 });
    const [, wrong, missing, old] = target.received;
    const valid = ({ body, headers }: NonNullable<typeof wrong>) =>
      hmac("s3cret", `POST${hook.url}${body}${headers["x-hubspot-request-timestamp"]}`);
    expect(wrong && wrong.headers["x-hubspot-signature-v3"] === valid(wrong)).toBe(false);
    expect(missing?.headers["x-hubspot-signature-v3"]).toBeUndefined();
    expect(old?.headers["x-hubspot-signature-v3"]).toBe(old && valid(old));
    expect(target.received.every(({ body }) => body === original)).toBe(true);
    await deliver.hubspot(JSON.parse(original), { copies: 3, shuffle: true });
    expect(target.received).toHaveLength(7);
    await deliver.mixedPortals();
    const mixed = JSON.parse(target.received.at(-1)?.body ?? "[]").map(
      (event: { portalId: number }) => event.portalId,
    );
    expect(mixed).toEqual([Number(portalId), Number(secondPortal.portalId)]);
  });
});

describe("Zendesk", () => {
  it("signs time and body with the webhook's own secret, in the envelope of an event", async () => {
    const [stage, target] = [await started(), await receiver()];
    const webhook = await subscribe(stage, target, ["ticket.created"]);
    const account = withZendesk(stage);
    const { records } = await stage.sandbox.actions.urgentTicket(account.key);
    await stage.sandbox.deliver.idle();
    const [one] = target.received;
    const timestamp = one?.headers["x-zendesk-webhook-signature-timestamp"];
    expect(one?.headers["x-zendesk-webhook-signature"]).toBe(
      hmac(webhook.secret, `${timestamp}${one?.body}`),
    );
    expect(one?.headers["x-zendesk-webhook-id"]).toBe(webhook.id);
    const ticketId = records[0]?.split(":")[2];
    expect(JSON.parse(one?.body ?? "{}")).toMatchObject({
      type: "zen:event-type:ticket.created",
      subject: `zen:ticket:${ticketId}`,
      detail: {
        id: ticketId,
        status: "OPEN",
        priority: "URGENT",
        organization_id: account.zendeskOrganizationId,
      },
    });
  });

  it("tells of solved tickets, of answers to surveys and of our own writes with our user as the actor", async () => {
    const [stage, target] = [await started(), await receiver()];
    await subscribe(stage, target, [
      "ticket.status_changed",
      "ticket.csat_received",
      "organization.custom_field_changed",
    ]);
    const account = withZendesk(stage);
    await stage.sandbox.actions.urgentTicket(account.key);
    await stage.sandbox.actions.resolveTickets(account.key);
    await stage.sandbox.actions.badRating(account.key);
    const field = { key: "bellwether_segment", title: "Segment", type: "text" };
    await stage.zendesk("POST", "/api/v2/organization_fields.json", { organization_field: field });
    await stage.zendesk("PUT", `/api/v2/organizations/${account.zendeskOrganizationId}.json`, {
      organization: { organization_fields: { bellwether_segment: "new" } },
    });
    await stage.sandbox.deliver.idle();
    const bodies = target.received.map(({ body }) => JSON.parse(body));
    const of = (type: string) => bodies.filter((body) => body.type === `zen:event-type:${type}`);
    expect(of("ticket.status_changed")[0].event).toMatchObject({ current: "SOLVED" });
    expect(of("ticket.csat_received")[0].event.satisfaction_score.score).toBe("BAD");
    expect(of("organization.custom_field_changed")[0].event).toMatchObject({
      current: "new",
      previous: null,
    });
  });

  it.each([
    ["409 three times", [{ status: 409 }], 4],
    ["503 when told when", [{ status: 503, retryAfterS: 30 }, { status: 200 }], 2],
    ["503 without a time never", [{ status: 503 }], 1],
    ["503 with too long a time never", [{ status: 503, retryAfterS: 60 }], 1],
    ["500 never", [{ status: 500 }], 1],
    ["404 never", [{ status: 404 }], 1],
  ])("tries again after %s", async (_rule, answers, attempts) => {
    const [stage, target] = [await started(), await receiver(answers)];
    await subscribe(stage, target, ["ticket.created"]);
    await stage.sandbox.actions.urgentTicket(withZendesk(stage).key);
    await stage.sandbox.deliver.idle();
    expect(target.received).toHaveLength(attempts);
  });

  it("refuses webhooks that mix events with trigger conditions", async () => {
    const stage = await started();
    const webhook = {
      name: "x",
      status: "active",
      endpoint: "http://127.0.0.1:9/x",
      http_method: "POST",
      request_format: "json",
      subscriptions: ["zen:event-type:ticket.created", "conditional_ticket_events"],
    };
    expect((await stage.zendesk("POST", "/api/v2/webhooks", { webhook })).status).toBe(400);
  });
});

it("does something to every account that has the records for it, and its opposite", async () => {
  const { sandbox } = await started({ accounts: 30 });
  for (const { key } of sandbox.accounts) {
    for (const act of Object.values(sandbox.actions)) await act(key);
  }
  await expect(sandbox.actions.urgentTicket("nobody")).rejects.toThrow("nobody");
  const account = sandbox.accounts.find(({ story }) => story === "stable");
  const company = sandbox.hubspot.get("companies", account?.hubspotCompanyId ?? "");
  const before = sandbox.hubspot.value(company, "logins_30d");
  await sandbox.actions.usageDrops(account?.key ?? "");
  await sandbox.actions.usageDrops(account?.key ?? "");
  expect(Number(sandbox.hubspot.value(company, "logins_30d"))).toBeLessThan(Number(before) / 3);
  await sandbox.actions.usageRecovers(account?.key ?? "");
  expect(sandbox.hubspot.value(company, "logins_30d")).toBe(before);
});
