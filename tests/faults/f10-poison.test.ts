import { type TenantId, tenantId } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { hubspotInbound } from "../../server/src/adapters/hubspot/inbound.ts";
import { segmentInbound } from "../../server/src/adapters/segment/inbound.ts";
import { zendeskInbound } from "../../server/src/adapters/zendesk/inbound.ts";
import { AppError } from "../../server/src/services/errors.ts";
import type { RejectedEvent } from "../../server/src/services/ports.ts";
import { hubspotPoison, type Poison, segmentPoison, zendeskPoison } from "./poison/bodies.ts";

const TENANT: TenantId = tenantId.parse("00000000-0000-4000-8000-0000000000e1");
const NOBODYS_PORTAL = "77700077";
/** As much of what cannot be used as people are shown. */
const SHOWN_BYTES = 4_096;

/** What an admin is shown of a body that was taken in or refused. @throws whatever is neither */
function shownOf(
  read: () => RejectedEvent[],
  unreadable: (reason: string) => RejectedEvent,
  taken: 200 | 202,
) {
  try {
    return { status: taken, shown: read() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "request_invalid") throw error;
    return { status: 400, shown: [unreadable(error.message)] };
  }
}

const WAYS_IN: Record<string, { poison: Poison[]; read(raw: Buffer): ReturnType<typeof shownOf> }> = {
  HubSpot: {
    poison: hubspotPoison("33", NOBODYS_PORTAL, "1246965"),
    read: (raw) =>
      shownOf(
        () =>
          hubspotInbound.parse(raw, null).flatMap(({ events }) => events.flatMap((e) => e.unusable ?? [])),
        (reason) => hubspotInbound.unreadable(raw, reason),
        202,
      ),
  },
  Zendesk: {
    poison: zendeskPoison("901"),
    read: (raw) =>
      shownOf(
        () =>
          zendeskInbound.parse(raw, null).flatMap(({ events }) => events.flatMap((e) => e.unusable ?? [])),
        (reason) => zendeskInbound.unreadable(raw, reason),
        202,
      ),
  },
  Segment: {
    poison: segmentPoison(),
    read: (raw) =>
      shownOf(
        () => {
          const of = { call: "batch", tenant: TENANT, receivedAt: new Date(0) } as const;
          return segmentInbound.events(segmentInbound.parse(raw).body, of).rejected;
        },
        (reason) => segmentInbound.rejectedBody(raw, reason),
        200,
      ),
  },
};

describe.each(Object.keys(WAYS_IN))("F10 poison from %s", (name) => {
  const { poison = [], read } = WAYS_IN[name] ?? {};
  // what is too large is refused before anybody reads it
  const readable = poison.filter(({ status }) => status !== 413);
  it.each(readable.map((each) => [each.name, each] as const))(
    "F10 is taken in or refused with a reason, each time alike: %s",
    (_, { body, status, parked }) => {
      const [first, again] = [read?.(Buffer.from(body)), read?.(Buffer.from(body))];
      expect(first?.status).toBe(status);
      const keys = new Set(first?.shown.map(({ key }) => key));
      expect(keys.size).toBe(parked);
      expect(again?.shown).toEqual(first?.shown);
      for (const { reason, body: shown } of first?.shown ?? []) {
        expect(reason).not.toBe("");
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(SHOWN_BYTES);
      }
    },
  );
});
