import { describe, expect, it } from "vitest";
import {
  contact,
  daysAgoText,
  deal,
  failingFacts,
  healthyFacts,
  NOW,
  profile,
  rating,
  ticket,
} from "../../../../tests/support/account-facts.ts";
import { foldObservations } from "../../fold-observations.ts";
import type { Observation } from "../../observation.ts";
import { SIGNALS } from "./catalogue.ts";
import { type SignalKey, type SignalReading, signalKeys } from "./signal.ts";

const old = profile("becameCustomerAt", daysAgoText(700), 700);
const read = (key: SignalKey, facts: readonly Observation[]): SignalReading =>
  SIGNALS[key].read(foldObservations([old, ...facts]), NOW, { crm: NOW, tickets: NOW });
const tickets = (count: number, age: number, of = {}): Observation[] =>
  Array.from({ length: count }, (_, i) => ticket(`${age}-${i}`, age, of));
const ratings = (good: number, bad: number): Observation[] =>
  [...Array(good).fill(100), ...Array(bad).fill(0)].map((score, i) => rating(`c${i}`, "csat", score, 10 + i));

describe("evidence", () => {
  const evidence = (key: SignalKey, facts: readonly Observation[]) => read(key, facts).evidence;

  it("names the tickets that wait the longest, three at most", () => {
    const waiting = [9, 3, 12, 5].map((age) => ticket(`${age}`, age, { priority: "urgent" }));
    expect(evidence("urgent_open", waiting)).toEqual([
      { ref: "zendesk:ticket:12", label: "Ticket 12, urgent, open for 12 days" },
      { ref: "zendesk:ticket:9", label: "Ticket 9, urgent, open for 9 days" },
      { ref: "zendesk:ticket:5", label: "Ticket 5, urgent, open for 5 days" },
    ]);
    expect(evidence("oldest_open_ticket", [ticket("4", 2, { status: "pending" })])).toEqual([
      { ref: "zendesk:ticket:4", label: "Ticket 4, open for 48 hours" },
    ]);
  });

  it("names reopened tickets, bad answers, people by their number, and deals", () => {
    expect(
      evidence("reopen_rate", [
        ...tickets(2, 9, { status: "solved" }),
        ticket("7", 9, { status: "solved", reopens: 2 }),
      ]),
    ).toEqual([{ ref: "zendesk:ticket:7", label: "Ticket 7, reopened 2 times" }]);
    expect(evidence("csat", ratings(4, 1))).toMatchObject([
      { ref: "zendesk:rating:c4", label: "Bad ticket rating of 6 November 2026" },
    ]);
    expect(evidence("nps", [{ ...rating("1", "nps", 3, 9), key: "hubspot:1" } as Observation])).toEqual([
      { ref: "hubspot:feedback:1", label: "NPS answer 3 of 11 November 2026" },
    ]);
    expect(evidence("champion", [contact("11", "champion")])).toEqual([
      { ref: "hubspot:contact:11", label: "Contact 11, champion" },
    ]);
    expect(evidence("open_expansion", [deal("2", "expansion", "open", 9)])).toEqual([
      { ref: "hubspot:deal:2", label: "Deal 2, expansion, open" },
    ]);
  });

  it("is never more than three records, and never stands beside a missing value", () => {
    for (const key of signalKeys)
      for (const facts of [healthyFacts(), failingFacts()]) {
        const { evidence: found, value } = read(key, facts);
        expect(found.length).toBeLessThanOrEqual(value === null ? 0 : 3);
        for (const { ref } of found) expect(ref).toMatch(/^(hubspot|zendesk):[a-z]+:[^:]+$/);
      }
  });
});
