import type { Fact, Observation, SourceRecord, UsageMetric } from "@bellwether/shared";

/** The present of the tests of scoring. */
export const NOW = new Date("2026-11-20T12:00:00.000Z");
const DAY_MS = 86_400_000;

export const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);
export const daysAgoText = (days: number): string => daysAgo(days).toISOString();

export const COMPANY = "hubspot:company:1";
export const ORGANIZATION = "zendesk:organization:7";

export const fact = (subject: string, days: number, of: Fact): Observation => ({
  ...of,
  subject,
  source: subject.startsWith("zendesk") ? "zendesk" : "hubspot",
  at: daysAgoText(days),
});

type ProfileValue = Extract<Fact, { kind: "profile" }>["value"];
type Ticket = NonNullable<Extract<Fact, { kind: "ticket" }>["value"]>;
type Role = "champion" | "sponsor" | "user";

export const profile = (key: string, value: ProfileValue, days = 0): Observation =>
  fact(COMPANY, days, { kind: "profile", key, value });
export const usage = (key: UsageMetric, value: number | null, days = 0): Observation =>
  fact(COMPANY, days, { kind: "usage", key, value });
export const contact = (id: string, role: Role | null, days = 300): Observation =>
  fact(COMPANY, days, { kind: "contact", key: `contact:${id}`, value: { role, isBounced: false } });
export const contactGone = (id: string, days: number): Observation =>
  fact(COMPANY, days, { kind: "contact", key: `contact:${id}`, value: null });
export const touch = (key: string, days: number): Observation =>
  fact(COMPANY, days, { kind: "touch", key, value: {} });
export const deal = (
  id: string,
  dealType: "new" | "expansion" | "renewal" | "other",
  status: "open" | "won" | "lost",
  days: number,
): Observation => fact(COMPANY, days, { kind: "deal", key: `hubspot:${id}`, value: { dealType, status } });

/** A ticket, created `age` days ago; what is said of it became true `days` ago. */
export const ticket = (id: string, age: number, of: Partial<Ticket> = {}, days = age): Observation =>
  fact(ORGANIZATION, days, {
    kind: "ticket",
    key: `zendesk:${id}`,
    value: {
      createdAt: daysAgoText(age),
      status: "open",
      priority: "normal",
      reopens: 0,
      firstReplyMinutes: null,
      ...of,
    },
  });
export const rating = (id: string, metric: "nps" | "csat", score: number, days: number): Observation =>
  fact(ORGANIZATION, days, { kind: "rating", key: `zendesk:${id}`, value: { metric, score } });

/** A customer of two years who is well: everything known and recent. */
export function healthyFacts(): Observation[] {
  return [
    profile("createdAt", daysAgoText(800), 800),
    profile("becameCustomerAt", daysAgoText(730), 730),
    profile("name", "Larkspur Analytics", 700),
    profile("nextActivityAt", daysAgoText(-5), 1),
    profile("isReference", true, 200),
    profile("referrals", 2, 100),
    profile("noticeOfNonRenewal", false, 700),
    ...[400, 120, 45, 31, 20, 10, 1].map((days) => usage("activeUsers", 17, days)),
    usage("logins", 130, 1),
    usage("featuresActivated", 8, 2),
    usage("featuresAvailable", 10, 300),
    usage("seats", 16, 500),
    usage("seats", 20, 150),
    contact("11", "champion"),
    contact("12", "sponsor"),
    contact("13", "user"),
    touch("contact:11", 4),
    touch("contact:12", 40),
    touch("company", 3),
    fact(ORGANIZATION, 700, { kind: "profile", key: "name", value: "Larkspur Analytics" }),
    ticket("901", 20, { status: "solved", firstReplyMinutes: 45 }, 18),
    ticket("902", 50, { status: "solved", firstReplyMinutes: 60 }, 48),
    ticket("903", 70, { status: "closed", firstReplyMinutes: 60 }, 60),
    ...[95, 100, 100, 100, 100, 100].map((score, i) => rating(`r${i}`, "csat", score, 10 + i * 5)),
    rating("n1", "nps", 9, 30),
    rating("n2", "nps", 10, 60),
    deal("31", "new", "won", 730),
    deal("32", "expansion", "won", 150),
    deal("33", "expansion", "open", 20),
  ];
}

/** The same kind of customer, on the way out. */
export function failingFacts(): Observation[] {
  return [
    ...healthyFacts().filter((o) => !(o.kind === "usage" && o.at > daysAgoText(30)) && o.kind !== "rating"),
    usage("activeUsers", 5, 1),
    usage("logins", 9, 1),
    usage("featuresActivated", 3, 2),
    contactGone("11", 12),
    profile("nextActivityAt", null, 2),
    ticket("904", 2.5, { priority: "urgent" }),
    ticket("905", 12),
    ...[0, 0, 100, 100, 25].map((score, i) => rating(`b${i}`, "csat", score, 5 + i)),
    rating("b9", "nps", 3, 20),
  ];
}

export const company = (
  updatedAt: string,
  fields: Partial<Extract<SourceRecord["fields"], { kind: "company" }>> = {},
): SourceRecord => ({
  ref: { platform: "hubspot", objectType: "company", id: "1" },
  createdAt: daysAgoText(800),
  updatedAt,
  links: [],
  fields: {
    kind: "company",
    name: "Larkspur Analytics",
    domain: "larkspur.example",
    lifecycleStage: "customer",
    becameCustomerAt: null,
    lastContactedAt: null,
    nextActivityAt: null,
    renewalDate: null,
    noticeOfNonRenewal: null,
    isReference: null,
    referrals: null,
    onboardingProgress: null,
    externalId: null,
    usage: {},
    usageHistory: [],
    ...fields,
  },
});
