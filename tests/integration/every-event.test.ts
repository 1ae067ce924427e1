import { type RecordRef, refKey, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import type { Sandbox } from "../sandbox/index.ts";
import {
  type EventWorld,
  type ListeningSandbox,
  listeningSandbox,
  openEventWorld,
  saidBy,
} from "../support/event-world.ts";

const START = Date.parse("2026-11-20T09:00:00.000Z");
const OBJECTS = { companies: "company", contacts: "contact", deals: "deal", tickets: "ticket" } as const;
type Type = keyof typeof OBJECTS;
const TYPES = Object.keys(OBJECTS) as Type[];

/** What is done at the platform; answers the records that it was done to. */
type Happening = (sandbox: Sandbox, type: Type) => { id: string }[];

const made = ({ hubspot }: Sandbox, type: Type) =>
  hubspot.create(type, { name: "Made Ltd", lifecyclestage: "customer", pipeline: "0", hs_pipeline: "0" });
/** Another record that this one can be associated with. */
const partner = (sandbox: Sandbox, type: Type) =>
  made(sandbox, type === "companies" ? "contacts" : "companies");

const HAPPENINGS: Record<string, Happening> = {
  creation: (sandbox, type) => [made(sandbox, type)],
  propertyChange: (sandbox, type) => {
    const record = made(sandbox, type);
    sandbox.hubspot.update(record, {
      name: "Renamed Ltd",
      hs_buying_role: "CHAMPION",
      dealstage: "closedwon",
    });
    return [record];
  },
  deletion: (sandbox, type) => {
    const [record] = sandbox.hubspot.all(type);
    if (record) sandbox.hubspot.archive(record);
    return record ? [record] : [];
  },
  restore: (sandbox, type) => {
    const [record] = sandbox.hubspot.all(type);
    if (record) sandbox.hubspot.restore(record);
    return record ? [record] : [];
  },
  merge: (sandbox, type) => {
    const [first, second, third] = [made(sandbox, type), made(sandbox, type), made(sandbox, type)];
    sandbox.hubspot.merge(first, second, third);
    return [first, second, third];
  },
  "merge into a new id": (sandbox, type) => {
    const [first, second] = [made(sandbox, type), made(sandbox, type)];
    return [first, second, sandbox.hubspot.mergeIntoNew(first, second)];
  },
  "associationChange: added": (sandbox, type) => {
    const [record, other] = [made(sandbox, type), partner(sandbox, type)];
    sandbox.hubspot.link(record, other, true);
    return [record];
  },
  "associationChange: removed": (sandbox, type) => {
    const [record, other] = [made(sandbox, type), partner(sandbox, type)];
    sandbox.hubspot.link(record, other);
    sandbox.hubspot.unlink(record, other);
    return [record];
  },
};

const first = <T>(values: Iterable<T>): T => {
  for (const value of values) return value;
  throw new Error("the book is too small");
};
const last = <T>(values: Iterable<T>, fromEnd = 0): T => first([...values].reverse().slice(fromEnd));

type Touched = { objectType: RecordRef["objectType"]; id: number }[];
const ZENDESK: Record<string, (sandbox: Sandbox) => Touched> = {
  "ticket.soft_deleted": ({ zendesk }) => {
    const ticket = first(zendesk.tickets.values());
    zendesk.deleteTicket(ticket);
    return [{ objectType: "ticket", id: ticket.id }];
  },
  "ticket.undeleted": ({ zendesk, zendeskHappens }) => {
    const ticket = first(zendesk.tickets.values());
    zendeskHappens.undelete(ticket);
    return [{ objectType: "ticket", id: ticket.id }];
  },
  "ticket.permanently_deleted": ({ zendesk, zendeskHappens }) => {
    const ticket = last(zendesk.tickets.values());
    zendeskHappens.destroy(ticket);
    return [{ objectType: "ticket", id: ticket.id }];
  },
  "ticket.merged": ({ zendesk, zendeskHappens }) => {
    const [ticket, into] = [last(zendesk.tickets.values(), 1), last(zendesk.tickets.values(), 2)];
    zendeskHappens.mergeTickets(ticket, into);
    return [ticket, into].map(({ id }) => ({ objectType: "ticket", id }));
  },
  "ticket.csat_received": ({ zendesk }) => {
    const ticket = last(zendesk.tickets.values(), 3);
    const rating = zendesk.addRating(ticket, true, null);
    return [{ objectType: "rating", id: rating.id }];
  },
  "user.organization_membership_created": ({ zendesk, zendeskHappens }) => {
    const [user, organization] = [last(zendesk.users.values()), last(zendesk.organizations.values())];
    zendeskHappens.moveUser(user, null);
    zendeskHappens.moveUser(user, organization);
    return [{ objectType: "user", id: user.id }];
  },
  "user.merged": ({ zendesk, zendeskHappens }) => {
    const [user, into] = [last(zendesk.users.values()), last(zendesk.users.values(), 1)];
    zendeskHappens.mergeUsers(user, into);
    return [user, into].map(({ id }) => ({ objectType: "user", id }));
  },
  "user.deleted": ({ zendesk, zendeskHappens }) => {
    const user = last(zendesk.users.values());
    zendeskHappens.deleteUser(user);
    return [{ objectType: "user", id: user.id }];
  },
  "organization.deleted": ({ zendesk, zendeskHappens }) => {
    const organization = first(zendesk.organizations.values());
    zendeskHappens.deleteOrganization(organization);
    return [{ objectType: "organization", id: organization.id }];
  },
};

describe("every kind of event", () => {
  let now = START;
  const clock = () => new Date(now++);
  let listening: ListeningSandbox;
  let world: EventWorld;
  const OTHER = "00000000-0000-4000-8000-0000000000e2" as TenantId;
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 8, accounts: 8, now: clock });
    world = await openEventWorld(listening.sandbox, clock);
    await world.backfill();
    await world.alsoConnect(OTHER, listening.sandbox.secondPortal);
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    await listening?.stop();
  });

  /** The ledger says of these what the platform says. */
  const expectKnown = async (platform: "hubspot" | "zendesk", refs: readonly RecordRef[]): Promise<void> => {
    const { ledger } = world.stores;
    const { records, missing } = await world.deps.gatewayFor(world[platform]).read(refs);
    const known = await ledger.knownRecords(world.tenantId, refs);
    for (const record of records) expect(known.get(refKey(record.ref))).toEqual(record);
    for (const ref of missing) expect([refKey(ref), known.has(refKey(ref))]).toEqual([refKey(ref), false]);
    const parties = await world.stores.accounts.parties(world.tenantId, missing);
    expect(parties).toEqual([]);
  };

  describe.each(TYPES)("of HubSpot's %s", (type) => {
    it.each(Object.keys(HAPPENINGS))("%s", async (kind) => {
      const touched = HAPPENINGS[kind]?.(listening.sandbox, type) ?? [];
      expect(touched.length).toBeGreaterThan(0);
      const deliveries = await listening.delivered();
      const events = deliveries.flatMap(({ body }) => JSON.parse(body) as { subscriptionType: string }[]);
      expect(events.map((event) => event.subscriptionType)).toContain(`object.${kind.split(/:| into/)[0]}`);
      await world.takeIn(deliveries);
      await world.refresh();
      const objectType = OBJECTS[type];
      await expectKnown(
        "hubspot",
        touched.map(({ id }) => ({ platform: "hubspot", objectType, id })),
      );
    });
  });

  it.each(Object.keys(ZENDESK))("of Zendesk: %s", async (kind) => {
    const touched = ZENDESK[kind]?.(listening.sandbox) ?? [];
    const deliveries = await listening.delivered();
    const types = deliveries.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toContain(`zen:event-type:${kind}`);
    await world.takeIn(deliveries);
    await world.refresh();
    await expectKnown(
      "zendesk",
      touched.map(({ objectType, id }) => ({ platform: "zendesk", objectType, id: String(id) })),
    );
  });

  it("contact.privacyDeletion: takes the person out of everything that is kept, late events too", async () => {
    const { hubspot, deliver, portalId } = listening.sandbox;
    const contact = hubspot.create("contacts", {});
    const email = "canary-71@person.example";
    hubspot.update(contact, { email, firstname: "Canaria-71", hs_buying_role: "CHAMPION" });
    await world.takeIn(await listening.delivered());
    await world.refresh();
    // what could not be used is shown to people for a while, and may name the same person
    const tries = [{ userId: contact.id, note: "Canaria-71 by id" }, { email: "Canary-71@person.example" }];
    await world.stores.usage.keepRejected(
      world.tenantId,
      "segment",
      tries.map((event, i) => ({ key: `rejected ${i}`, reason: "no type", body: JSON.stringify(event) })),
      clock(),
    );
    const other = { key: "other", reason: "no type", body: `{"userId":"${contact.id}0"}` };
    await world.stores.usage.keepRejected(world.tenantId, "segment", [other], clock());
    expect(await rowsWith("anaria-71")).not.toEqual([]);
    hubspot.erase(contact);
    await world.takeIn(await listening.delivered());
    await world.refresh();
    expect(await rowsWith("anar")).toEqual([]);
    const kept = await world.stores.usage.rejected(world.tenantId, 10);
    expect(kept.map(({ body }) => body).toSorted()).toEqual(["", "", other.body]);
    const late = deliver.hubspotEvent(portalId, {
      subscriptionType: "object.propertyChange",
      objectId: Number(contact.id),
      objectTypeId: "0-1",
      propertyName: "firstname",
      propertyValue: "Canaria-71",
    });
    await world.takeIn([{ platform: "hubspot", body: JSON.stringify([late]) }]);
    await world.refresh();
    expect(await rowsWith("anar")).toEqual([]);
  });

  /** Tables that have the text anywhere in them. */
  async function rowsWith(text: string): Promise<string[]> {
    const tables = await world.database.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const column = name === "public.delivery" ? "encode(body, 'escape')" : "t::text";
      const rows = await world.database.query(`SELECT 1 FROM ${name} AS t WHERE ${column} LIKE $1 LIMIT 1`, [
        `%${text}%`,
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  it("a grant that is gone: disconnected with the reason in words, and events are still kept", async () => {
    listening.sandbox.uninstall("zendesk");
    const { zendesk } = listening.sandbox;
    const { accepted } = (await world.stores.events.counts(world.tenantId)).zendesk;
    zendesk.changeTicket(last(zendesk.tickets.values()), { priority: "urgent" }, zendesk.appUser.id);
    await world.takeIn(await listening.delivered());
    await refreshRecords(world.deps, world.zendesk.id);
    const connection = await world.stores.connections.find(world.zendesk.id);
    expect(connection?.status).toBe("disconnected");
    expect(connection?.statusReason).toMatch(/no longer accepts our token: reconnect/);
    zendesk.changeTicket(last(zendesk.tickets.values()), { priority: "low" }, zendesk.appUser.id);
    await world.takeIn(await listening.delivered());
    expect((await world.stores.events.counts(world.tenantId)).zendesk.accepted).toBe(accepted + 2);
  });

  it("leaves another tenant as it was, even if its portal speaks of our ids", async () => {
    const { sandbox } = listening;
    const before = [await saidBy(world), await saidBy(world, OTHER)];
    const [a, b] = [...sandbox.hubspot.all("companies")];
    const foreign = sandbox.deliver.hubspotEvent(sandbox.secondPortal.portalId, {
      subscriptionType: "object.merge",
      primaryObjectId: Number(a?.id),
      mergedObjectIds: [Number(b?.id)],
      newObjectId: Number(a?.id),
    });
    await world.takeIn([{ platform: "hubspot", body: JSON.stringify([foreign]) }]);
    for (const { id } of await world.stores.connections.list(OTHER)) await refreshRecords(world.deps, id);
    expect([await saidBy(world), await saidBy(world, OTHER)]).toEqual(before);
    expect(before[1]?.records.length).toBeGreaterThan(2);
  });
});
