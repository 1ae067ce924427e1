import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ZendeskEnvelope } from "../sandbox/index.ts";
import {
  type Company,
  intakeCounts,
  needlessWrites,
  startCompany,
  untilQuiet,
} from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { untilScored } from "../support/one-company.ts";

/** Longer than a sweep of marks takes to come round. */
const LOOP_MS = 6_500;

describe("our own writes that come back as webhooks", () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({ webhook: { echoOwnWrites: true } });
    await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
  }, 60_000);
  afterAll(() => company?.stop());

  const ownEvents = () =>
    company.sandbox.deliver.hubspotEvents.filter((event) =>
      String(event["propertyName"]).startsWith("bellwether_"),
    );

  it("are taken in once each and lead to no reading and no writing", async () => {
    const { sandbox, server } = company;
    expect(ownEvents().length).toBeGreaterThan(sandbox.accounts.length);
    const { hubspot } = await intakeCounts(server.url);
    expect(hubspot.accepted).toBe(sandbox.deliver.hubspotEvents.length);
    const [requests, writes] = [sandbox.requests.length, sandbox.writes.length];
    await sleep(LOOP_MS);
    expect(sandbox.requests.slice(requests).map((r) => `${r.method} ${r.path}`)).toEqual([]);
    expect(sandbox.writes.length).toBe(writes);
    expect(needlessWrites(sandbox)).toEqual([]);
  }, 30_000);

  it("come back from a change too, and the change is written once", async () => {
    const { sandbox } = company;
    const account = sandbox.accounts.find((a) => a.story === "stable");
    const writes = () => sandbox.writes.filter((w) => w.id === account?.hubspotCompanyId).length;
    const [before, echoes] = [writes(), ownEvents().length];
    await sandbox.actions.usageDrops(account?.key ?? "");
    await eventually(() => expect(writes()).toBeGreaterThan(before));
    await eventually(() => expect(ownEvents().length).toBeGreaterThan(echoes));
    await untilQuiet(sandbox);
    expect(needlessWrites(sandbox)).toEqual([]);
    expect(writes() - before).toBeLessThanOrEqual(2); // the three figures may arrive in two deliveries
  }, 30_000);

  it("are known at Zendesk by who made them: ours mark nothing, an agent's are read", async () => {
    const { sandbox, server } = company;
    const ticketId = sandbox.accounts.flatMap((a) => a.zendeskTicketIds)[0] ?? "";
    const { ticketFields, appUser } = sandbox.zendesk;
    const envelope = (actorId: number): ZendeskEnvelope => ({
      type: "zen:event-type:ticket.custom_field_changed",
      account_id: sandbox.zendesk.accountId,
      id: randomUUID(),
      time: new Date().toISOString(),
      zendesk_event_version: "2022-06-20",
      subject: `zen:ticket:${ticketId}`,
      detail: { id: ticketId, actor_id: String(actorId) },
      event: { field: { id: String(ticketFields[0]?.id ?? 1) }, current: "x", previous: null },
    });
    const asked = async (event: ZendeskEnvelope): Promise<string[]> => {
      const requests = sandbox.requests.length;
      expect((await sandbox.deliver.zendesk(event)).status).toBe(202);
      await untilQuiet(sandbox);
      return sandbox.requests.slice(requests).map((request) => request.path);
    };
    const [{ zendesk: before }, writes] = [await intakeCounts(server.url), sandbox.writes.length];
    expect(await asked(envelope(appUser.id))).toEqual([]);
    expect((await asked(envelope(appUser.id + 1))).join(" ")).toContain("tickets");
    expect((await intakeCounts(server.url)).zendesk.accepted).toBe(before.accepted + 2);
    expect(sandbox.writes.length).toBe(writes);
  }, 30_000);
});
