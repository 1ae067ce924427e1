import { beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import {
  alias,
  countedDays,
  group,
  identify,
  productOf,
  track,
  type UsageStores,
  usageStores,
} from "../support/product.ts";

const ACME = { context: { groupId: "acme" } };

forEachDatabase("UsageStore, counting", (under) => {
  let stores: UsageStores;
  beforeAll(() => {
    stores = usageStores(under.database);
  });
  const product = () => productOf(stores);
  const pending = (tenant: string) =>
    under.database.query("SELECT user_key FROM usage_pending WHERE tenant_id = $1", [tenant]);

  it("counts each event once, whatever came twice in a delivery or with another one", async () => {
    const { tenant, today, send, count } = product();
    const one = track("ann", "Report opened", ACME);
    const two = track("bob", "Report opened", ACME);
    expect(await send(one, one, two)).toEqual([true, false, true]);
    expect(await send(two, track("cid", "Report shared", { groupId: "acme" }))).toEqual([false, true]);
    await count();
    await count();
    expect(await countedDays(under.database, tenant)).toEqual([
      { group: "acme", day: today, users: 3, events: 3, logins: 0 },
    ]);
    expect(await stores.events.counts(tenant)).toMatchObject({
      segment: { accepted: 3, duplicates: 2, rejected: 0 },
    });
  });

  it("wakes up counting with the delivery, and knows the work until it is done", async () => {
    const { tenant, send, count, tell } = product();
    await send(track("ann", "Opened", ACME), track("bob", "Opened", ACME));
    const own = stores.sent.filter(({ payload }) => "tenantId" in payload && payload.tenantId === tenant);
    expect(own).toEqual([{ name: "count-usage", payload: { tenantId: tenant } }]);
    const hasWork = async () => (await stores.usage.tenantsWithWork(new Date())).includes(tenant);
    expect(await hasWork()).toBe(true);
    await count();
    await tell();
    const groups = await stores.usage.unmatched(tenant, 10);
    expect(groups).toEqual([{ platform: "segment", objectType: "group", id: "acme" }]);
    await stores.usage.noteMatched(tenant, groups);
    expect(await hasWork()).toBe(false);
  });

  it("counts nothing of a set whose work fails, and all of it the next time", async () => {
    const { tenant, today, send, count } = product();
    await send(identify("ann", ACME));
    await expect(
      stores.usage.count(tenant, () => {
        throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    expect(await countedDays(under.database, tenant)).toEqual([]);
    expect(await stores.usage.lastReceivedAt(tenant)).toBeNull();
    await count();
    expect(await countedDays(under.database, tenant)).toEqual([
      { group: "acme", day: today, users: 1, events: 1, logins: 1 },
    ]);
    expect(await stores.usage.lastReceivedAt(tenant)).toBeInstanceOf(Date);
  });

  it("counts once when several work on the same tenant, many deliveries at once", async () => {
    const { tenant, send, count } = product();
    const batch = (part: number) =>
      Array.from({ length: 100 }, (_, i) => ({
        ...track(`u${i % 30}`, `Feature ${i % 7}`, ACME),
        messageId: `m${part * 50 + i}`, // half of it overlaps with the next delivery
      }));
    await Promise.all(Array.from({ length: 20 }, (_, part) => send(...batch(part))));
    await Promise.all([count(), count(), count()]);
    const [day] = await countedDays(under.database, tenant);
    expect(day).toMatchObject({ users: 30, events: 1_050 });
    const { segment } = await stores.events.counts(tenant);
    expect(segment).toEqual({ accepted: 1_050, duplicates: 950, rejected: 0 });
  });

  it("keeps two products apart that call their users and groups the same", async () => {
    const [one, two] = [product(), product()];
    await one.send(group("ann", "acme"), track("ann", "Opened"));
    await two.send({ ...track("ann", "Opened"), messageId: "m" });
    await one.count();
    await two.count();
    expect(await countedDays(under.database, one.tenant)).toHaveLength(1);
    expect(await countedDays(under.database, two.tenant)).toEqual([]);
    expect(await pending(two.tenant)).toHaveLength(1);
  });

  it("gives a user's events to the group that was told before, in another delivery", async () => {
    const { tenant, send, count, today } = product();
    await send(group("ann", "acme"));
    await count();
    await send(track("ann", "Opened"), track("ann", "Shared", { context: { groupId: "other" } }));
    await count();
    const days = await countedDays(under.database, tenant);
    expect(days.map((day) => [day.group, day.day, day.events])).toEqual([
      ["acme", today, 1],
      ["other", today, 1],
    ]);
  });

  it("lets events wait for their user's group, across deliveries", async () => {
    const { tenant, send, count, today, daysAgo } = product();
    await send(track("ann", "Opened", { timestamp: daysAgo(2) }), identify("ann"));
    await count();
    expect(await countedDays(under.database, tenant)).toEqual([]);
    await send(group("ann", "acme"));
    await count();
    expect(await countedDays(under.database, tenant)).toEqual([
      { group: "acme", day: daysAgo(2).slice(0, 10), users: 1, events: 1, logins: 0 },
      { group: "acme", day: today, users: 1, events: 1, logins: 1 },
    ]);
    expect(await pending(tenant)).toEqual([]);
  });

  it("counts a person under two ids as one after an alias, for what was and what waited", async () => {
    const { tenant, send, count, today } = product();
    await send(
      group("old", "acme"),
      track("old", "Opened"),
      track("new", "Opened", ACME),
      track("x", "Waits"),
    );
    await count();
    await send(alias("new", "old"), alias("new", "x"));
    await count();
    expect(await countedDays(under.database, tenant)).toEqual([
      { group: "acme", day: today, users: 1, events: 3, logins: 0 },
    ]);
  });

  it("takes what an anonymous visitor did along when the visitor is identified", async () => {
    const { tenant, send, count } = product();
    const visit = { type: "page", messageId: "v1", anonymousId: "anon" };
    await send(visit);
    await count();
    await send(identify("ann", { anonymousId: "anon" }), group("ann", "acme"));
    await count();
    expect(await countedDays(under.database, tenant)).toMatchObject([{ group: "acme", users: 1, events: 2 }]);
  });

  it("uses a map of events from then on", async () => {
    const { tenant } = product();
    expect(await stores.usage.map(tenant)).toEqual({ loginEvents: null, features: null });
    const map = { loginEvents: ["Signed in"], features: { Opened: "Reports" } };
    await stores.usage.saveMap(tenant, map);
    expect(await stores.usage.map(tenant)).toEqual(map);
  });
});
