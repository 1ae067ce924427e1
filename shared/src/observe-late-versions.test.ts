import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgoText } from "../../tests/support/account-facts.ts";
import { chain, ticket } from "../../tests/support/ticket-versions.ts";
import { foldObservations } from "./fold-observations.ts";
import { observationsOf } from "./observe.ts";

describe("late versions", () => {
  it("change nothing once a newer version is known", () => {
    const versions = [ticket(7), ticket(6, { priority: "urgent" }), ticket(5)];
    expect(observationsOf(versions[2] ?? null, versions[1] ?? ticket(1))).toEqual([]);
  });

  it("leave the same end, in whatever order the versions arrive", () => {
    const statuses = fc.constantFrom("open" as const, "pending" as const, "solved" as const);
    const priorities = fc.constantFrom("normal" as const, "urgent" as const, null);
    const history = fc.array(fc.tuple(statuses, priorities), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (steps, order) => {
        const versions = steps.map(([status, priority], i) =>
          ticket(9 - i, { status, priority, solvedAt: status === "solved" ? daysAgoText(9 - i) : null }),
        );
        const last = versions.at(-1);
        const shuffled = versions
          .map((version) => ({ version, rank: order.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ version }) => version);
        const end = foldObservations(chain(shuffled)).tickets[0]?.value;
        return (
          last?.fields.kind === "ticket" &&
          end?.status === last.fields.status &&
          end.priority === last.fields.priority
        );
      }),
    );
  });
});
