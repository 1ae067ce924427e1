import { describe, expect, it } from "vitest";
import { hubspotInbound } from "./inbound.ts";

const event = (part: object) => ({ portalId: 33, occurredAt: 1_776_216_840_000, eventId: 1, ...part });
const eventsOf = (...elements: object[]) =>
  hubspotInbound.parse(Buffer.from(JSON.stringify(elements)), null).flatMap(({ events }) => events);
const company = (id: string) => ({ platform: "hubspot", objectType: "company", id });

describe("what an event says of records that are gone", () => {
  it("is for a merge where each of them went, whichever family it is of", () => {
    const merge = { primaryObjectId: 1, mergedObjectIds: [2, 3], newObjectId: 1 };
    const fates = [
      { kind: "merged", ref: company("2"), into: company("1") },
      { kind: "merged", ref: company("3"), into: company("1") },
    ];
    expect(eventsOf(event({ subscriptionType: "company.merge", ...merge }))[0]?.fates).toEqual(fates);
    const generic = { subscriptionType: "object.merge", objectTypeId: "0-2", ...merge };
    expect(eventsOf(event(generic))[0]?.fates).toEqual(fates);
  });

  it("names the new id of the one that was to stay, and reads all of them again", () => {
    const merge = { primaryObjectId: 1, mergedObjectIds: [1, 2], newObjectId: 9 };
    const [read] = eventsOf(event({ subscriptionType: "company.merge", ...merge }));
    expect(read?.fates).toEqual([
      { kind: "merged", ref: company("2"), into: company("1") },
      { kind: "renamed", ref: company("1"), into: company("9") },
    ]);
    expect(read?.refs.map(({ id }) => id).toSorted()).toEqual(["1", "2", "9"]);
  });

  it("is an erasure for a privacy deletion, and nothing for any other event", () => {
    const [erased, deleted, nameless] = eventsOf(
      event({ subscriptionType: "contact.privacyDeletion", objectId: 7 }),
      event({ subscriptionType: "contact.deletion", objectId: 7 }),
      event({ subscriptionType: "company.merge" }),
    );
    expect(erased?.fates).toEqual([
      { kind: "erased", ref: { platform: "hubspot", objectType: "contact", id: "7" } },
    ]);
    expect(deleted?.fates).toBeUndefined();
    expect(nameless?.fates).toBeUndefined();
  });
});
