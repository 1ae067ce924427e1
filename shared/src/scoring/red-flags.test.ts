import { describe, expect, it } from "vitest";
import {
  contact,
  contactGone,
  daysAgo,
  daysAgoText,
  failingFacts,
  healthyFacts,
  NOW,
  profile,
  rating,
  ticket,
  touch,
  usage,
} from "../../../tests/support/account-facts.ts";
import { foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { RED_FLAGS, redFlagsOf } from "./red-flags.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { signalKeys } from "./signals/signal.ts";
import { signalContext } from "./signals/signal-context.ts";

const flagsOf = (facts: readonly Observation[], crm: Date | null = NOW) => {
  const old = profile("becameCustomerAt", daysAgoText(700), 700);
  const context = signalContext(foldObservations([old, ...facts]), NOW, { crm, tickets: NOW });
  return redFlagsOf(new Map(signalKeys.map((key) => [key, SIGNALS[key].readIn(context)])));
};
const bad = (count: number) => Array.from({ length: count }, (_, i) => rating(`b${i}`, "nps", 2, 9 + i));
const used = (now: number) => [usage("activeUsers", 20, 40), usage("activeUsers", now, 1)];

describe("red flags", () => {
  it.each([
    ["declining_usage", used(16), "20% fewer active users than 30 days ago.", daysAgoText(1)],
    [
      "declining_usage",
      [profile("lastSeenAt", daysAgoText(20), 9)],
      "Last used 20 days ago.",
      daysAgoText(6),
    ],
    [
      "missed_milestones",
      [profile("milestonesReached", 4, 3), profile("milestonesDue", 5, 2)],
      "4 of 5 due milestones reached.",
      daysAgoText(2),
    ],
    ["negative_feedback", bad(2), "2 of 2 answers in 90 days were negative.", daysAgoText(9)],
    [
      "negative_feedback",
      [1, 2, 3].map((i) =>
        ticket(`${i}`, i, { sentiment: i === 3 ? "positive" : "negative", firstReplyMinutes: 5 }),
      ),
      "2 of 3 tickets in 90 days were written by an unhappy customer.",
      daysAgoText(1),
    ],
    [
      "delayed_responses",
      [ticket("1", 3, { firstReplyMinutes: 480 })],
      "First reply after 8 hours (median of 30 days).",
      daysAgoText(3),
    ],
    ["delayed_responses", [touch("company", 75)], "Last contact 75 days ago.", daysAgoText(15)],
    [
      "champion_change",
      [contact("1", "champion"), contactGone("1", 12)],
      "A champion left 12 days ago; nobody has taken the part.",
      daysAgoText(12),
    ],
  ])("%s is up with %#", (flag, facts, sentence, since) => {
    const label = RED_FLAGS.find((rule) => rule.flag === flag)?.label;
    expect(flagsOf(facts)).toEqual([{ flag, label, sentence, since }]);
  });

  it.each([
    ["a little less use", used(17)],
    ["one bad answer", bad(1)],
    ["a reply within the day", [ticket("1", 3, { firstReplyMinutes: 479 })]],
    ["all milestones reached", [profile("milestonesReached", 5), profile("milestonesDue", 5)]],
    ["a champion who left long ago", [contact("1", "champion"), contactGone("1", 91)]],
    ["contact within two months", [touch("company", 59)]],
  ])("stay down with %s", (_, facts) => {
    expect(flagsOf(facts)).toEqual([]);
  });

  it("never come from what is missing or out of date", () => {
    expect(flagsOf([])).toEqual([]);
    // use of the product was seen yesterday, whoever told of it; the contacts are HubSpot's
    expect(flagsOf(failingFacts(), null).map((f) => f.flag)).toEqual([
      "declining_usage",
      "negative_feedback",
    ]);
    expect(flagsOf([profile("lastSeenAt", daysAgoText(20))], daysAgo(3))).toEqual([]);
  });

  it("tell a healthy customer from one on the way out", () => {
    expect(flagsOf(healthyFacts())).toEqual([]);
    expect(flagsOf(failingFacts()).map((f) => f.flag)).toEqual([
      "declining_usage",
      "negative_feedback",
      "champion_change",
    ]);
  });

  it("rest on signals that everybody may see, each line with its source", () => {
    expect(new Set(RED_FLAGS.map((rule) => rule.flag)).size).toBe(RED_FLAGS.length);
    for (const { signs, label, rule, general } of RED_FLAGS) {
      for (const text of [label, rule, general]) expect(text).not.toBe("");
      expect(general).not.toMatch(/\d/);
      for (const { signal, source } of signs) {
        expect(SIGNALS[signal]).toMatchObject({ isFinancial: false, revealsSeats: false });
        expect(source).not.toBe("");
      }
    }
  });
});
