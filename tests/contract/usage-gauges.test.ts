import { randomUUID } from "node:crypto";
import { DAY_MS, type TenantId } from "@bellwether/shared";
import { beforeAll, expect, it } from "vitest";
import { restMs } from "../../server/src/services/count-usage.ts";
import { forEachDatabase } from "../support/database.ts";
import {
  countedDays,
  group,
  identify,
  productOf,
  track,
  type UsageStores,
  usageStores,
} from "../support/product.ts";

const ACME = { context: { groupId: "acme" } };

forEachDatabase("UsageStore, gauges and forgetting", (under) => {
  let stores: UsageStores;
  beforeAll(() => {
    stores = usageStores(under.database);
  });
  const told = async (tenant: TenantId) =>
    (
      await under.database.query<{ key: string; value: number }>(
        `SELECT key, value FROM observation
         WHERE tenant_id = $1 AND subject = 'segment:group:acme' AND kind = 'usage' AND source = 'segment'
         ORDER BY position`,
        [tenant],
      )
    ).map(({ key, value }) => `${key} ${value}`);
  const party = async (tenant: TenantId) =>
    (
      await under.database.query(
        "SELECT platform, name, domains, external_id, awaits_account FROM party WHERE tenant_id = $1",
        [tenant],
      )
    )[0];

  it("tells the ledger of 30 days, only what changed, and only once", async () => {
    const { tenant, send, count, tell, daysAgo } = productOf(stores);
    await send(
      track("ann", "Opened", ACME),
      track("bob", "Shared", { ...ACME, timestamp: daysAgo(3) }),
      identify("ann", { ...ACME, timestamp: daysAgo(29) }),
      track("cid", "Long ago", { ...ACME, timestamp: daysAgo(30) }),
      track("dan", "Out of all windows", { ...ACME, timestamp: daysAgo(200) }),
    );
    await count();
    expect(await tell()).toBe(1);
    expect((await told(tenant)).toSorted()).toEqual([
      "activeDays 3",
      "activeUsers 2",
      "featuresActivated 2",
      "logins 1",
    ]);
    expect(await tell()).toBe(0);
    await send(track("ann", "Opened", ACME));
    await count();
    expect(await tell()).toBe(1);
    expect(await told(tenant)).toHaveLength(4);
    await send(identify("bob", ACME));
    await count();
    await tell();
    expect((await told(tenant)).slice(4)).toEqual(["logins 2"]);
  });

  it("moves the windows of groups that nobody used since", async () => {
    const { tenant, receivedAt, send, count, tell } = productOf(stores);
    await send(track("ann", "Opened", ACME));
    await count();
    await tell();
    const after = (days: number) => new Date(receivedAt.getTime() + days * DAY_MS);
    await stores.usage.moveWindows(receivedAt);
    expect(await tell()).toBe(0);
    await stores.usage.moveWindows(after(29));
    expect(await tell(29)).toBe(1);
    expect(await told(tenant)).toHaveLength(4);
    await stores.usage.moveWindows(after(30));
    await tell(30);
    expect((await told(tenant)).slice(4).toSorted()).toEqual([
      "activeDays 0",
      "activeUsers 0",
      "featuresActivated 0",
    ]);
    await stores.usage.moveWindows(after(31));
    expect(await tell(31)).toBe(0); // there is nothing left to lose
  });

  it("rests longer and longer on a busy day", async () => {
    expect([1, 2, 3, 30].map(restMs)).toEqual([5_000, 10_000, 20_000, 3_600_000]);
    const { send, count, tell } = productOf(stores);
    await send(track("ann", "Opened", ACME));
    await count();
    expect(await tell(0, () => DAY_MS / 2)).toBe(1);
    await send(track("bob", "Opened", ACME));
    await count();
    expect(await tell()).toBe(0);
    expect(await tell(0.6)).toBe(1);
  });

  it("makes a party of a group, by what the newest group call says", async () => {
    const { tenant, send, count, tell, daysAgo } = productOf(stores);
    await send(track("ann", "Opened", ACME));
    await count();
    await tell();
    expect(await party(tenant)).toEqual({
      platform: "segment",
      name: null,
      domains: [],
      external_id: "acme",
      awaits_account: true,
    });
    const traits = { name: "Acme Inc.", domain: "www.Acme.example", externalId: "crm-1" };
    await send(group("ann", "acme", { traits, timestamp: daysAgo(1) }));
    await send(group("ann", "acme", { traits: { name: "Of old" }, timestamp: daysAgo(5) }));
    await count();
    await tell();
    const expected = { name: "Acme Inc.", domains: ["acme.example"], external_id: "crm-1" };
    expect(await party(tenant)).toMatchObject(expected);
    await stores.usage.noteMatched(tenant, await stores.usage.unmatched(tenant, 10));
    await send(group("ann", "acme", { traits: { name: "Acme Inc." } }));
    await count();
    await tell();
    expect(await party(tenant)).toMatchObject(expected);
    expect(await stores.usage.unmatched(tenant, 10)).toEqual([]);
  });

  it("forgets keys and events after their time and keeps the counts exact", async () => {
    const { tenant, send, count } = productOf(stores);
    const event = track("ann", "Opened", ACME);
    await send(event);
    await count();
    await send(track("bob", "Not counted yet", ACME));
    const inbox = async () =>
      (await under.database.query("SELECT 1 FROM inbox WHERE tenant_id = $1", [tenant])).length;
    const limits = (now: number) => ({
      eventsBefore: new Date(now),
      rejectedBefore: new Date(0),
      countsBefore: "2000-01-01",
      pendingBefore: "2000-01-01",
    });
    await stores.usage.forget(limits(Date.now() - 3 * DAY_MS));
    expect(await inbox()).toBe(2);
    expect(await send(event)).toEqual([false]);
    await stores.usage.forget(limits(Date.now() + DAY_MS));
    expect(await inbox()).toBe(1); // what is not counted stays
    expect(await send(event)).toEqual([true]);
    const { segment } = await stores.events.counts(tenant);
    expect(segment).toEqual({ accepted: 3, duplicates: 1, rejected: 0 });
  });

  it("forgets counts that no window reaches back to", async () => {
    const { tenant, send, count, daysAgo } = productOf(stores);
    const limit = daysAgo(50).slice(0, 10);
    await send(
      track("ann", "Opened", ACME),
      track("ann", "Opened", { ...ACME, timestamp: daysAgo(60) }),
      track("nobody", "Waits", { timestamp: daysAgo(60) }),
    );
    await count();
    await stores.usage.forget({
      eventsBefore: new Date(0),
      rejectedBefore: new Date(0),
      countsBefore: limit,
      pendingBefore: limit,
    });
    expect(await countedDays(under.database, tenant)).toHaveLength(1);
    const left = await under.database.query("SELECT 1 FROM usage_pending WHERE tenant_id = $1", [tenant]);
    expect(left).toEqual([]);
  });

  it("notes a rejected event once, newest first, for its tenant alone", async () => {
    const [one, two] = [productOf(stores), productOf(stores)];
    const key = randomUUID();
    const rejected = (reason: string, of = key) => ({ key: of, reason, body: "{\u0000}" });
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
    expect(await stores.usage.reject(one.tenant, [rejected("a"), rejected("a")], at(0))).toBe(1);
    expect(await stores.usage.reject(one.tenant, [rejected("a"), rejected("b", randomUUID())], at(1))).toBe(
      1,
    );
    expect(await stores.usage.rejected(one.tenant, 10)).toEqual([
      { source: "segment", at: at(1), reason: "b", body: "{\uFFFD}" },
      { source: "segment", at: at(0), reason: "a", body: "{\uFFFD}" },
    ]);
    expect(await stores.usage.rejected(one.tenant, 1)).toHaveLength(1);
    expect(await stores.usage.rejected(two.tenant, 10)).toEqual([]);
    const { segment } = await stores.events.counts(one.tenant);
    expect(segment).toEqual({ accepted: 0, duplicates: 2, rejected: 2 });
  });
});
