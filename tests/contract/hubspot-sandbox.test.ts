import { type ConnectionId, type ObjectType, sourceRecord, WRITE_BACK_FIELDS } from "@bellwether/shared";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { createHubspotOAuth } from "../../server/src/adapters/hubspot/oauth.ts";
import { lookUpPortalId } from "../../server/src/adapters/hubspot/portal-id.ts";
import type { OutboxRow, PlatformGateway } from "../../server/src/services/ports.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const clock = { now: () => NOW };
const generous = { hubspotPerTenSeconds: 100_000, hubspotSearchesPerSecond: 100_000 };
const updatePath = /companies\/batch\/update$/;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 7, now: clock.now, accounts: 30, limits: generous });
});
afterEach(() => sandbox.faults.clear());
afterAll(() => sandbox.stop());

function openGateway(token = sandbox.hubspotAccessToken): PlatformGateway {
  const gatewayFor = createHubspotGateway({
    ...httpDeps(sandbox.hubspotUrl),
    refresh: null,
    connections: memorySecrets({ accessToken: token }).repository,
    clock,
    log: silentLog,
    meter: silentMeter,
  });
  return gatewayFor(hubspotConnection({ externalId: sandbox.portalId }));
}
async function readAll(gateway: PlatformGateway, objectType: ObjectType) {
  const records = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<PlatformGateway["page"]>> = await gateway.page(objectType, cursor);
    records.push(...page.records);
    cursor = page.next;
  } while (cursor !== null);
  return records;
}
const rowFor = (
  id: string,
  values: Record<string, string> = { bellwether_health_score: "61.5" },
): OutboxRow => ({
  ref: { platform: "hubspot", objectType: "company", id },
  values,
  version: 1,
  attempts: 0,
});
const companyIds = () => sandbox.accounts.map((account) => account.hubspotCompanyId);

describe("the gateway on the HubSpot sandbox", () => {
  it("reads the whole book by page, every record in the schema and linked to its company", async () => {
    const gateway = openGateway();
    for (const objectType of gateway.backfillOrder)
      for (const record of await readAll(gateway, objectType))
        expect(sourceRecord.safeParse(record).error).toBeUndefined();
    const companies = await readAll(gateway, "company");
    expect(companies.map(({ ref }) => ref.id)).toEqual(expect.arrayContaining(companyIds()));
    const deals = await readAll(gateway, "deal");
    const expected = sandbox.accounts.flatMap(({ hubspotCompanyId, dealIds }) =>
      dealIds.map((id) => [id, hubspotCompanyId]),
    );
    const links = new Map(deals.map(({ ref, links: [first] }) => [ref.id, first?.id]));
    for (const [deal, company] of expected) expect(links.get(String(deal))).toBe(company);
  });

  it("reads the same by id as by page, earlier values of usage included", async () => {
    const gateway = openGateway();
    for (const objectType of gateway.backfillOrder) {
      const listed = (await readAll(gateway, objectType)).slice(0, 120);
      const { records, missing } = await gateway.read(listed.map(({ ref }) => ref));
      expect(missing).toEqual([]);
      const known = new Map(records.map((record) => [record.ref.id, record]));
      for (const record of listed) expect(known.get(record.ref.id)).toEqual(record);
    }
  });

  it("finds the earlier values of usage, oldest first", async () => {
    const companies = await readAll(openGateway(), "company");
    const histories = companies.flatMap(({ fields }) =>
      fields.kind === "company" ? [fields.usageHistory] : [],
    );
    expect(histories.some((points) => points.length > 10)).toBe(true);
    for (const points of histories)
      expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted());
  });

  it("reports a record that is not there as missing", async () => {
    const [first] = companyIds();
    const refs = [String(first), "999999999999"].map((id) => rowFor(id).ref);
    const { records, missing } = await openGateway().read(refs);
    expect(records).toHaveLength(1);
    expect(missing).toEqual([refs[1]]);
  });

  it("sets the portal up once, writes, and finds its own writes among the changes", async () => {
    const gateway = openGateway();
    await gateway.provision();
    const made = sandbox.definitions.length;
    expect(made).toBeGreaterThanOrEqual(WRITE_BACK_FIELDS.length);
    await gateway.provision();
    expect(sandbox.definitions).toHaveLength(made);
    const outcomes = await gateway.writeAccounts([...companyIds(), "999999999999"].map((id) => rowFor(id)));
    expect(outcomes.at(-1)).toMatchObject({ kind: "dropped" });
    expect(outcomes.slice(0, -1).every(({ kind }) => kind === "confirmed")).toBe(true);
    expect(new Set(sandbox.writes.map(({ id }) => id))).toEqual(new Set(companyIds()));
    const changed = await gateway.changedSince(new Date(NOW.getTime() - 60_000));
    expect(changed.map(({ id }) => id)).toEqual(expect.arrayContaining(companyIds()));
  });

  it.each([true, false, undefined])(
    "isolates a bad row however HubSpot refuses it (whole batch: %s)",
    async (rejectWholeBatchOnBadRow) => {
      const gateway = openGateway();
      await gateway.provision();
      if (rejectWholeBatchOnBadRow !== undefined)
        sandbox.faults.set("hubspot", { path: updatePath, rejectWholeBatchOnBadRow });
      const [bad, ...good] = companyIds();
      const rows = [
        rowFor(String(bad), { bellwether_health_band: "purple" }),
        ...good.map((id) => rowFor(id)),
      ];
      const outcomes = await gateway.writeAccounts(rows);
      expect(outcomes[0]).toMatchObject({ kind: "refused", reason: expect.stringMatching(/HubSpot/) });
      expect(outcomes.slice(1).every(({ kind }) => kind === "confirmed")).toBe(true);
    },
  );

  it("writes the same again when the answer was lost, and comes through a storm of faults", async () => {
    const gateway = openGateway();
    await gateway.provision();
    const [id] = companyIds();
    sandbox.faults.set("hubspot", { path: updatePath, dropAnswer: true, times: 1 });
    sandbox.faults.add("hubspot", { path: updatePath, status: 429, retryAfterS: 1, times: 1 });
    const before = sandbox.writes.length;
    await expect(gateway.writeAccounts([rowFor(String(id))])).resolves.toEqual([{ kind: "confirmed" }]);
    const values = sandbox.writes.slice(before).map((write) => write.values);
    expect(new Set(values.map((value) => JSON.stringify(value))).size).toBe(1);
  });

  it("sees nothing of another portal with this portal's token", async () => {
    const { records, missing } = await openGateway().read([rowFor(sandbox.secondPortal.companyId).ref]);
    expect(records).toEqual([]);
    expect(missing).toHaveLength(1);
    await expect(
      lookUpPortalId(httpDeps(sandbox.hubspotUrl), sandbox.secondPortal.accessToken),
    ).resolves.toBe(sandbox.secondPortal.portalId);
  });

  it("installs by OAuth, renews an expired token once, and learns of the uninstall", async () => {
    const oauth = createHubspotOAuth({
      ...httpDeps(sandbox.hubspotUrl),
      authorizeUrl: `${sandbox.hubspotUrl}/oauth/authorize`,
      clientId: sandbox.hubspotClientId,
      clientSecret: sandbox.hubspotClientSecret,
      clock,
    });
    const redirectUri = "http://localhost:3000/oauth/hubspot/callback";
    const verifier = "v".repeat(64);
    const challenge = Buffer.from(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)),
    ).toString("base64url");
    const page = await fetch(
      oauth.authorizeUrl({ externalId: null, state: "s", codeChallenge: challenge, redirectUri }),
      { redirect: "manual" },
    );
    const code = new URL(String(page.headers.get("location"))).searchParams.get("code") ?? "";
    const granted = await oauth.exchange({ externalId: null, code, codeVerifier: verifier, redirectUri });
    expect(granted.externalId).toBe(sandbox.portalId);

    const store = memorySecrets(granted.secrets);
    const gateway = createHubspotGateway({
      ...httpDeps(sandbox.hubspotUrl),
      refresh: oauth.refresh,
      connections: store.repository,
      clock,
      log: silentLog,
      meter: silentMeter,
    })(
      hubspotConnection({
        mode: "oauth",
        externalId: granted.externalId,
        id: crypto.randomUUID() as ConnectionId,
      }),
    );
    const read = () => gateway.read([rowFor(String(companyIds()[0])).ref]);
    await read();
    sandbox.expireTokens("hubspot");
    const refreshes = () => sandbox.requests.filter(({ path }) => path.endsWith("/token")).length;
    const before = refreshes();
    await Promise.all([read(), read(), read()]);
    expect(refreshes() - before).toBe(1);
    sandbox.uninstall("hubspot");
    await expect(read()).rejects.toMatchObject({ kind: "unauthorized" });
  });
});
