import type { Fact } from "@bellwether/shared";
import fc from "fast-check";

const few = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const dayText = fc
  .integer({ min: 0, max: 700 })
  .map((day) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString());

/** A fact of any kind, of few names, so that facts often meet in the same register. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.oneof(
    fc.record({
      kind: fc.constant("profile" as const),
      key: few("becameCustomerAt", "createdAt", "nextActivityAt", "renewalDate"),
      value: fc.option(dayText),
    }),
    fc.record({
      kind: fc.constant("profile" as const),
      key: few("noticeOfNonRenewal", "isReference"),
      value: fc.option(fc.boolean()),
    }),
    fc.record({
      kind: fc.constant("profile" as const),
      key: few("referrals", "onboardingProgress"),
      value: fc.option(fc.integer({ min: 0, max: 100 })),
    }),
  ),
  fc.record({
    kind: fc.constant("contact" as const),
    key: few("contact:1", "contact:2", "contact:3"),
    value: fc.option(
      fc.record({
        role: few("champion" as const, "sponsor" as const, "user" as const, null),
        isBounced: fc.boolean(),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant("deal" as const),
    key: few("hubspot:1", "hubspot:2"),
    value: fc.option(
      fc.record({
        dealType: few("new" as const, "expansion" as const, "renewal" as const),
        status: few("open" as const, "won" as const, "lost" as const),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant("ticket" as const),
    key: few("zendesk:1", "zendesk:2", "zendesk:3"),
    value: fc.option(
      fc.record({
        createdAt: dayText,
        status: few("open" as const, "pending" as const, "solved" as const, "closed" as const),
        priority: few("normal" as const, "urgent" as const, null),
        reopens: few(0, 1, null),
        firstReplyMinutes: fc.option(fc.integer({ min: 1, max: 5_000 })),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant("usage" as const),
    key: few(
      "activeUsers" as const,
      "logins" as const,
      "seats" as const,
      "featuresActivated" as const,
      "featuresAvailable" as const,
    ),
    value: fc.option(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.double({ min: 0, max: 30, noNaN: true }))),
  }),
  fc.record({
    kind: fc.constant("touch" as const),
    key: few("company", "contact:1"),
    value: fc.constant({}),
  }),
  fc.record({
    kind: fc.constant("rating" as const),
    key: fc.integer({ min: 1, max: 9 }).map((id) => `zendesk:${id}`),
    value: fc.option(
      fc.record({ metric: few("nps" as const, "csat" as const), score: fc.integer({ min: 0, max: 10 }) }),
    ),
  }),
  fc.record({
    kind: fc.constant("custom" as const),
    key: few("seat_minutes", "plan"),
    value: fc.option(fc.oneof(fc.integer(), fc.boolean(), few("gold", "silver"))),
  }),
);
