import { createHash, randomBytes } from "node:crypto";
import { systemTime } from "@bellwether/server/src/adapters/platform/time-source.ts";
import { zendeskInbound } from "@bellwether/server/src/adapters/zendesk/inbound.ts";
import { createZendeskOAuth } from "@bellwether/server/src/adapters/zendesk/oauth.ts";
import {
  type ObjectType,
  refKey,
  type SourceRecord,
  sourceRecord,
  ticketBandValue,
} from "@bellwether/shared";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { connection, gatewayTo, NOW, oneConnection, outboxRow } from "../support/zendesk-stub.ts";

let sandbox: Sandbox;
const start = async (csat: "legacy" | "surveys" = "legacy") => {
  sandbox = await startSandbox({ seed: 7, now: () => NOW, accounts: 12, csat, retryScale: 0.01 });
};
beforeEach(() => start());
afterEach(() => sandbox.stop());

const gateway = (config: Partial<typeof connection.config> = {}) => {
  const made = { ...connection, externalId: sandbox.subdomain, config: { ...connection.config, ...config } };
  const { repository } = oneConnection({ accessToken: sandbox.zendeskAccessToken, refreshToken: null }, made);
  return gatewayTo(
    { origin: sandbox.zendeskUrl },
    { connections: repository, connection: made, time: systemTime, publicUrl: "http://127.0.0.1:9" },
  );
};
async function readAll(objectType: ObjectType): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await gateway().page(objectType, cursor);
    records.push(...page.records);
    cursor = page.next;
  } while (cursor !== null);
  for (const record of records) expect(sourceRecord.parse(record)).toEqual(record);
  return records;
}
/** Changes of the newest minute are left out by exports, so only older rows are expected. */
const isOld = (row: { updatedAt: number }) => row.updatedAt < NOW.getTime() - 60_000;

describe("the gateway against the sandbox", () => {
  it("reads the whole book, by page and by id alike", async () => {
    const { tickets, organizations, users } = sandbox.zendesk;
    const expected = {
      organization: [...organizations.values()].filter(isOld),
      user: [...users.values()].filter(isOld),
      ticket: [...tickets.values()].filter((ticket) => isOld(ticket) && ticket.status !== "deleted"),
    };
    for (const objectType of ["organization", "user", "ticket"] as const) {
      const records = await readAll(objectType);
      const ids = records.map((record) => record.ref.id).sort();
      expect(ids).toEqual(expected[objectType].map(({ id }) => String(id)).sort());
      const again = await gateway().read(records.map((record) => record.ref));
      const byKey = new Map(again.records.map((record) => [refKey(record.ref), record]));
      expect(records.map((record) => byKey.get(refKey(record.ref)))).toEqual(records);
    }
  });

  it.each(["legacy", "surveys"] as const)("reads satisfaction of the %s kind", async (csat) => {
    await sandbox.stop();
    await start(csat);
    const records = await readAll("rating");
    expect(records).toHaveLength(sandbox.zendesk.ratings.length);
    const ratings = new Map(sandbox.zendesk.ratings.map((rating) => [String(rating.ticketId), rating]));
    for (const { links, fields } of records) {
      const score = fields.kind === "rating" ? fields.score : 50;
      expect(score > 50).toBe(ratings.get(links[0]?.id ?? "")?.isGood);
    }
  });

  it("sets everything up, writes, and writes nothing twice", async () => {
    const { config, webhookSecret, problems } = await gateway().provision();
    expect(problems).toEqual([]);
    expect(webhookSecret).not.toBeNull();
    const made = sandbox.definitions.length;
    expect((await gateway().provision()).config).toEqual(config);
    expect(sandbox.definitions).toHaveLength(made);

    const organization =
      sandbox.accounts.find((account) => account.zendeskOrganizationId)?.zendeskOrganizationId ?? "";
    const values = {
      bellwether_health_score: "41.5",
      bellwether_health_band: "bellwether_org_health_band_red",
      bellwether_at_risk: "true",
      bellwether_reasons: "3 of 20 seats in use",
      bellwether_scored_at: "2026-11-21T08:00:00.000Z",
    };
    const rows = [outboxRow("organization", organization, values), outboxRow("organization", "999", values)];
    expect((await gateway(config).writeAccounts(rows)).map(({ kind }) => kind)).toEqual([
      "confirmed",
      "dropped",
    ]);
    expect(sandbox.writes.at(-1)).toMatchObject({
      objectType: "organization",
      id: organization,
      values: { bellwether_health_score: 41.5, bellwether_health_band: "bellwether_org_health_band_red" },
    });

    const tickets = [...sandbox.zendesk.tickets.values()];
    const open = tickets.find(({ status }) => status === "open" || status === "new" || status === "pending");
    const solved = tickets.find(({ status }) => status === "solved" || status === "closed");
    const bands = [open, solved].map((ticket) =>
      outboxRow("ticket", String(ticket?.id), { band: ticketBandValue("red") }),
    );
    const write = async () => (await gateway(config).writeTickets(bands)).map(({ kind }) => kind);
    expect(await write()).toEqual(["confirmed", "dropped"]);
    const written = sandbox.writes.length;
    expect(await write()).toEqual(["confirmed", "dropped"]);
    expect(sandbox.writes).toHaveLength(written);
  });

  it("knows every row's fate when items of a job fail, or the job is gone", async () => {
    const { config } = await gateway().provision();
    const ids = sandbox.accounts.flatMap((account) => account.zendeskOrganizationId ?? []).slice(0, 3);
    const rows = (score: string) =>
      ids.map((id) => outboxRow("organization", id, { bellwether_health_score: score }));
    sandbox.faults.set("zendesk", { failedJobItems: [ids[1] ?? ""] });
    const kinds = async (score: string) =>
      (await gateway(config).writeAccounts(rows(score))).map(({ kind }) => kind);
    expect(await kinds("10")).toEqual(["confirmed", "failed", "confirmed"]);
    sandbox.faults.set("zendesk", { jobs: "expired" });
    expect(await kinds("20")).toEqual(["confirmed", "confirmed", "confirmed"]);
  });

  it("gets webhooks that it can verify, and knows its own writes among them", async () => {
    const { config, webhookSecret } = await gateway().provision();
    const account = sandbox.accounts.find((each) => each.zendeskOrganizationId !== null);
    await sandbox.actions.urgentTicket(account?.key ?? "");
    await sandbox.actions.badRating(account?.key ?? "");
    await sandbox.deliver.idle();
    const deliveries = sandbox.deliver.log.filter(({ platform }) => platform === "zendesk");
    expect(deliveries.length).toBeGreaterThan(0);
    const refs = deliveries.flatMap(({ url, body, headers }) => {
      const rawBody = Buffer.from(body);
      const signed = {
        method: "POST",
        url,
        rawBody,
        signature: headers["X-Zendesk-Webhook-Signature"],
        timestamp: headers["X-Zendesk-Webhook-Signature-Timestamp"],
      };
      expect(zendeskInbound.verify(signed, webhookSecret ?? "", NOW)).toBe(true);
      expect(zendeskInbound.verify(signed, "another", NOW)).toBe(false);
      return zendeskInbound
        .parse(rawBody, config.actorId ?? null)
        .flatMap(({ events }) => events.flatMap((event) => event.refs));
    });
    const { records } = await gateway().read(refs);
    const found = new Set(records.map((record) => record.ref.objectType));
    expect(found).toContain("ticket");
    expect(found).toContain("rating");
  });

  it("connects by OAuth, renews a spent token in the middle of its work, and says when it was disconnected", async () => {
    const verifier = randomBytes(32).toString("base64url");
    const oauth = createZendeskOAuth({
      zendeskUrl: sandbox.zendeskUrl,
      clientId: sandbox.zendeskClientId,
      clientSecret: sandbox.zendeskClientSecret,
      clock: { now: () => NOW },
      time: systemTime,
    });
    const redirectUri = "http://127.0.0.1:9/oauth/zendesk/callback";
    const consent = await fetch(
      oauth.authorizeUrl({
        externalId: sandbox.subdomain,
        state: "state",
        codeChallenge: createHash("sha256").update(verifier).digest("base64url"),
        redirectUri,
      }),
      { redirect: "manual" },
    );
    const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const { secrets } = await oauth.exchange({
      externalId: sandbox.subdomain,
      code,
      codeVerifier: verifier,
      redirectUri,
    });
    const store = oneConnection(secrets);
    const target = { origin: sandbox.zendeskUrl };
    const connected = gatewayTo(target, {
      connections: store.repository,
      refresh: oauth.refresh,
      time: systemTime,
    });
    const ref = { platform: "zendesk" as const, objectType: "organization" as const, id: "1" };
    await connected.read([ref]);
    sandbox.expireTokens("zendesk");
    await Promise.all([connected.read([ref]), connected.read([ref]), connected.read([ref])]);
    expect(store.stored().accessToken).not.toBe(secrets.accessToken);
    expect(sandbox.requests.filter(({ path }) => path === "/oauth/tokens")).toHaveLength(2);
    sandbox.uninstall("zendesk");
    await expect(connected.read([ref])).rejects.toMatchObject({ kind: "unauthorized" });
  });
});
