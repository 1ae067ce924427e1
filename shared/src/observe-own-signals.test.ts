import { describe, expect, it } from "vitest";
import { company, daysAgoText } from "../../tests/support/account-facts.ts";
import { later, link, ticket } from "../../tests/support/ticket-versions.ts";
import { foldObservations } from "./fold-observations.ts";
import type { Observation } from "./observation.ts";
import { observationsOf } from "./observe.ts";
import type { SourceRecord } from "./source-record.ts";

describe("observations of a signal of the admin's own", () => {
  const custom = (observations: readonly Observation[]) =>
    observations.flatMap((o) => (o.kind === "custom" ? [[o.key, o.value, o.at]] : []));
  const goal = (value: number | null, days: number, past: [number, number][] = []) =>
    company(daysAgoText(days), {
      custom: { goal: value },
      customHistory: past.map(([v, d]) => ({ key: "goal", value: v, at: daysAgoText(d) })),
    });

  it("are dated by the property's history, else by the change", () => {
    expect(
      custom(
        observationsOf(
          null,
          goal(7, 2, [
            [5, 30],
            [7, 20],
          ]),
        ),
      ),
    ).toEqual([
      ["goal", 5, daysAgoText(30)],
      ["goal", 7, daysAgoText(20)],
    ]);
    expect(custom(observationsOf(goal(7, 5), goal(8, 2)))).toEqual([["goal", 8, daysAgoText(2)]]);
    expect(custom(observationsOf(goal(7, 5), goal(7, 2)))).toEqual([]);
  });

  it("begin with the mapping, and end with it", () => {
    const unmapped = company(daysAgoText(5));
    expect(custom(observationsOf(unmapped, goal(7, 5)))).toEqual([["goal", 7, later(5)]]);
    expect(custom(observationsOf(goal(7, 5), unmapped))).toEqual([["goal", null, later(5)]]);
    const field = (value: number): SourceRecord => ticket(5, { custom: { severity: value } });
    expect(custom(observationsOf(field(3), ticket(2)))).toEqual([
      ["severity/zendesk:901", null, daysAgoText(2)],
    ]);
  });

  it("follow another property at once, however old that one's history is", () => {
    const ledger = [
      ...observationsOf(null, goal(7, 5)),
      ...observationsOf(goal(7, 5), goal(3, 5, [[3, 90]])),
    ];
    expect(foldObservations(ledger).custom).toMatchObject([{ key: "goal", value: 3 }]);
  });

  it("go with the ticket that carries them", () => {
    const moved = ticket(1, { custom: { severity: 3 } }, [link("8")]);
    const state = foldObservations([
      ...observationsOf(null, ticket(2, { custom: { severity: 3 } })),
      ...observationsOf(ticket(2, { custom: { severity: 3 } }), moved),
    ]);
    expect(state.custom.map((c) => [c.subject, c.key, c.value])).toEqual([
      ["zendesk:organization:7", "severity/zendesk:901", null],
      ["zendesk:organization:8", "severity/zendesk:901", 3],
    ]);
  });
});
