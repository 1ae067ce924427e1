import { describe, expect, it } from "vitest";
import {
  contact,
  contactGone,
  daysAgo,
  daysAgoText,
  deal,
  fact,
  healthyFacts,
  NOW,
  profile,
  rating,
  ticket,
  touch,
  usage,
} from "../../../../tests/support/account-facts.ts";
import { foldObservations } from "../../fold-observations.ts";
import type { Observation } from "../../observation.ts";
import type { SourcesSeen } from "../health-result.ts";
import { SIGNALS } from "./catalogue.ts";
import { type SignalKey, type SignalReading, signalKeys } from "./signal.ts";

const FRESH: SourcesSeen = { crm: NOW, tickets: NOW };
const old = profile("becameCustomerAt", daysAgoText(700), 700);
const read = (key: SignalKey, facts: readonly Observation[], sources = FRESH): SignalReading =>
  SIGNALS[key].read(foldObservations([old, ...facts]), NOW, sources);
const tickets = (count: number, age: number, of = {}): Observation[] =>
  Array.from({ length: count }, (_, i) => ticket(`${age}-${i}`, age, of));
const ratings = (good: number, bad: number): Observation[] =>
  [...Array(good).fill(100), ...Array(bad).fill(0)].map((score, i) => rating(`c${i}`, "csat", score, 10 + i));

type Row = readonly [SignalKey, string, readonly Observation[], Partial<SignalReading>];
const measured = (value: number, sentence: string) => ({ state: "measured" as const, value, sentence });
const missing = (sentence: string) => ({ state: "missing" as const, value: null, sentence });

const ROWS: readonly Row[] = [
  [
    "login_frequency",
    "per seat",
    [usage("logins", 62), usage("seats", 20)],
    measured(3.1, "62 logins in 30 days, 3.1 per seat."),
  ],
  [
    "login_frequency",
    "per contact where the seats are unknown, and says so",
    [usage("logins", 1), contact("1", null), contact("2", null)],
    measured(0.5, "1 login in 30 days, 0.5 per known contact (the seats are not known)."),
  ],
  [
    "login_frequency",
    "with nobody to divide by",
    [usage("logins", 9)],
    missing("Logins are recorded, but neither seats nor contacts are."),
  ],
  [
    "login_frequency",
    "with an impossible count",
    [usage("logins", -4), usage("seats", 3)],
    missing("Logins are not recorded."),
  ],
  [
    "active_user_trend",
    "falling",
    [usage("activeUsers", 20, 40), usage("activeUsers", 5, 1)],
    measured(-0.75, "75% fewer active users than 30 days ago."),
  ],
  [
    "active_user_trend",
    "from nothing to nothing",
    [usage("activeUsers", 0, 40), usage("logins", 0, 1)],
    measured(-1, "Nobody is active, as 30 days ago."),
  ],
  [
    "active_user_trend",
    "with too short a history",
    [usage("activeUsers", 5, 20)],
    missing("Active users have been recorded for less than 30 days."),
  ],
  [
    "days_since_contact",
    "with anyone",
    [touch("company", 48), touch("contact:1", 90)],
    measured(48, "Last contact 48 days ago."),
  ],
  ["days_since_contact", "never logged", [], missing("No contact with this customer was ever logged.")],
  [
    "contacts_engaged",
    "of those who are still there",
    [
      contact("1", null),
      contact("2", null),
      contact("3", null),
      contactGone("3", 5),
      touch("contact:1", 80),
      touch("contact:2", 91),
      touch("contact:3", 9),
    ],
    measured(0.5, "1 of 2 contacts engaged in 90 days."),
  ],
  ["champion", "present", [contact("1", "champion")], measured(1, "A champion is present.")],
  [
    "champion",
    "gone",
    [contact("1", "champion"), contactGone("1", 12)],
    measured(0, "The champion left 12 days ago, and nobody has taken the part."),
  ],
  [
    "champion",
    "replaced",
    [contact("1", "champion"), contactGone("1", 12), contact("2", "champion", 3)],
    measured(1, "A champion is present."),
  ],
  [
    "champion",
    "with roles known, but not this one",
    [contact("1", "user")],
    measured(0, "No contact is known as a champion."),
  ],
  ["champion", "with no roles known", [contact("1", null)], missing("No contact has a buying role.")],
  [
    "next_activity",
    "ahead",
    [profile("nextActivityAt", daysAgoText(-5))],
    measured(1, "The next activity is planned in 5 days."),
  ],
  [
    "next_activity",
    "behind",
    [profile("nextActivityAt", daysAgoText(1))],
    measured(0, "No next activity is planned."),
  ],
  [
    "seats_used",
    "of the licensed ones",
    [usage("activeUsers", 3), usage("seats", 20)],
    measured(0.15, "3 of 20 seats in use."),
  ],
  [
    "seats_used",
    "without any licensed",
    [usage("activeUsers", 3), usage("seats", 0)],
    missing("Licensed seats are not recorded."),
  ],
  [
    "features_activated",
    "of those available",
    [usage("featuresActivated", 8), usage("featuresAvailable", 10)],
    measured(0.8, "8 of 10 features activated."),
  ],
  [
    "depth_of_use",
    "of nobody",
    [usage("logins", 0), usage("activeUsers", 0)],
    measured(0, "Nobody is active."),
  ],
  [
    "onboarding",
    "of an established customer",
    [profile("onboardingProgress", 40)],
    { state: "not_applicable", value: null },
  ],
  [
    "nps",
    "from few answers, with their number",
    [rating("1", "nps", 9, 9), rating("2", "nps", 7, 9), rating("3", "nps", 6, 9)],
    measured(0, "NPS 0 from 3 answers."),
  ],
  [
    "nps",
    "when the answers are old",
    [rating("1", "nps", 9, 200)],
    { state: "stale", value: 100, sentence: "NPS 100 from 1 answer, the newest 200 days old." },
  ],
  [
    "nps",
    "when they are older than a year",
    [rating("1", "nps", 9, 366)],
    missing("No NPS answer in the last year."),
  ],
  [
    "csat",
    "with enough answers",
    ratings(4, 1),
    measured(80, "4 of 5 ticket ratings in 90 days were good (80%)."),
  ],
  ["csat", "with too few", ratings(4, 0), missing("Only 4 ticket ratings in 90 days; 5 are needed.")],
  [
    "ticket_rate",
    "per seat",
    [...tickets(3, 5), ...tickets(2, 31), usage("seats", 20)],
    measured(0.15, "3 new tickets in 30 days, 0.15 per seat."),
  ],
  ["ticket_rate", "of a quiet customer", [usage("seats", 20)], measured(0, "No new ticket in 30 days.")],
  [
    "ticket_trend",
    "against the month before",
    [...tickets(5, 5), ...tickets(1, 45)],
    measured(3, "5 new tickets in 30 days, 1 in the 30 days before."),
  ],
  [
    "urgent_open",
    "with the age of the oldest",
    [ticket("1", 53 / 24, { priority: "urgent" }), ticket("2", 1, { priority: "urgent" })],
    measured(2, "2 urgent tickets open, the oldest for 53 hours."),
  ],
  [
    "urgent_open",
    "once solved",
    [ticket("1", 3, { priority: "urgent" }), ticket("1", 3, { priority: "urgent", status: "solved" }, 1)],
    measured(0, "No urgent ticket is open."),
  ],
  [
    "oldest_open_ticket",
    "while pending",
    [ticket("1", 12, { status: "pending" })],
    measured(12, "1 open ticket, 12 days old."),
  ],
  [
    "reopen_rate",
    "of the solved",
    [...tickets(3, 20, { status: "solved" }), ticket("9", 9, { status: "solved", reopens: 2 })],
    measured(0.25, "1 of 4 solved tickets reopened in 90 days."),
  ],
  ["reopen_rate", "of too few", tickets(2, 20, { status: "solved" }), { state: "not_applicable" }],
  [
    "first_reply",
    "as the median",
    [30, 90, 600].map((m, i) => ticket(`${i}`, 3, { firstReplyMinutes: m })),
    measured(1.5, "First reply after 90 minutes (median of 30 days)."),
  ],
  ["first_reply", "without a ticket", [], { state: "not_applicable" }],
  [
    "open_expansion",
    "among the deals",
    [deal("1", "new", "won", 700), deal("2", "expansion", "open", 9)],
    measured(1, "1 expansion deal open."),
  ],
  ["open_expansion", "where no deal is kept", [], missing("No deal of this customer is known.")],
  [
    "won_expansion",
    "within a year",
    [deal("1", "expansion", "won", 364), deal("2", "expansion", "won", 366)],
    measured(1, "1 expansion won in 12 months."),
  ],
  [
    "seat_growth",
    "within a year",
    [usage("seats", 16, 400), usage("seats", 20, 10)],
    measured(0.25, "20 seats, 25% more than before (16)."),
  ],
  [
    "seat_growth",
    "since the beginning of a shorter history",
    [usage("seats", 10, 100), usage("seats", 5, 10)],
    measured(-0.5, "5 seats, 50% fewer than before (10)."),
  ],
  [
    "seat_growth",
    "with a history that is too short",
    [usage("seats", 10, 60)],
    missing("Licensed seats have been recorded for less than 90 days."),
  ],
  ["referrals", "counted", [profile("referrals", 1)], measured(1, "1 referral in 12 months.")],
  [
    "reference",
    "said to be none",
    [profile("isReference", false)],
    measured(0, "Is not a reference customer."),
  ],
  ["reference", "never said", [], missing("Nobody has said whether this is a reference customer.")],
];

const TEXTS = [
  "definition",
  "formula",
  "key",
  "label",
  "missingRule",
  "owner",
  "remedy",
  "sampleSize",
  "source",
  "unit",
  "window",
];

describe("signals", () => {
  it.each(ROWS)("%s %s", (key, _, facts, expected) => {
    const reading = read(key, facts);
    expect(reading).toMatchObject({ signal: key, ...expected });
  });

  it("are missing, never 0 or 100, without their source", () => {
    const sources = { crm: null, tickets: null };
    for (const key of signalKeys) {
      const reading = read(key, [], sources);
      expect([key, reading.state === "missing" || reading.state === "not_applicable", reading.value]).toEqual(
        [key, true, null],
      );
    }
  });

  it("have a value exactly when they are measured or stale, and say when it was true", () => {
    for (const key of signalKeys) {
      const reading = read(key, healthyFacts(), { crm: daysAgo(3), tickets: daysAgo(3) });
      expect(reading.value !== null).toBe(reading.state === "measured" || reading.state === "stale");
      if (reading.value !== null) expect(reading.observedAt).not.toBeNull();
    }
  });

  it("are more than thirty, and explain themselves in every respect", () => {
    expect(signalKeys.length).toBeGreaterThan(30);
    expect(Object.keys(SIGNALS).toSorted()).toEqual([...signalKeys].toSorted());
    for (const key of signalKeys) {
      const { read: _, readIn: __, isFinancial, revealsSeats, advice, ...texts } = SIGNALS[key];
      expect(texts.key).toBe(key);
      expect(Object.keys(texts).toSorted()).toEqual(TEXTS);
      for (const [name, text] of Object.entries(texts))
        expect([key, name, text.trim()]).not.toEqual([key, name, ""]);
      expect([typeof isFinancial, typeof revealsSeats, advice]).toEqual([
        "boolean",
        "boolean",
        advice || null,
      ]);
    }
    expect(new Set(signalKeys.map((key) => SIGNALS[key].label)).size).toBe(signalKeys.length);
  });

  it("count a ticket, a deal and an answer of two parties of one account once", () => {
    const other = (o: Observation): Observation => ({ ...o, subject: `${o.subject}9` });
    const facts = [
      ...tickets(2, 5),
      deal("2", "expansion", "open", 9),
      rating("1", "nps", 9, 9),
      usage("seats", 10),
    ];
    const twice = [...facts, ...facts.filter((o) => o.kind !== "usage").map(other)];
    for (const key of ["ticket_rate", "open_expansion", "nps"] as const)
      expect(read(key, twice).sentence).toBe(read(key, facts).sentence);
  });
});

describe("freshness of product use", () => {
  const facts = (moved: number) => [usage("logins", 30, moved), usage("seats", 10, 1)];
  it("is confirmed by reading the CRM, as long as any gauge moved within 30 days", () => {
    expect(read("login_frequency", facts(20)).state).toBe("measured");
  });
  it("is not confirmed any more when nothing has moved for longer: the feed may have stopped", () => {
    expect(read("login_frequency", facts(31)).state).toBe("stale");
  });
  it("is the age of the last movement where the CRM was not read lately", () => {
    expect(read("login_frequency", facts(2), { crm: daysAgo(10), tickets: null }).state).toBe("measured");
    expect(read("login_frequency", facts(20), { crm: daysAgo(10), tickets: null }).state).toBe("stale");
  });
});

describe("age", () => {
  it("makes comparisons with the month before not applicable to the young", () => {
    const young = [profile("customerSince", daysAgoText(59), 59), usage("activeUsers", 5, 50)];
    expect(read("active_user_trend", young).state).toBe("not_applicable");
    expect(read("ticket_trend", young).state).toBe("not_applicable");
    expect(read("onboarding", [...young, profile("onboardingProgress", 140)])).toMatchObject({ value: 100 });
  });

  it("knows a customer's subject by its own organization when the source is named", () => {
    const organization = fact("zendesk:organization:7", 9, { kind: "profile", key: "name", value: "A" });
    const sources = { ...FRESH, ticketsFrom: "zendesk" as const };
    expect(read("urgent_open", [], sources).state).toBe("missing");
    expect(read("urgent_open", [organization], sources)).toMatchObject({ state: "measured", value: 0 });
  });
});
