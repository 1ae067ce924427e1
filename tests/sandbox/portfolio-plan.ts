import { DAY_MS, HOUR_MS } from "@bellwether/shared";
import { type CompanyName, companyNames, type Person, people } from "./portfolio-names.ts";
import { STORIES, type StoryProfile, storiesFor } from "./portfolio-stories.ts";
import { planTickets, type TicketPlan } from "./portfolio-tickets.ts";
import { Random } from "./random.ts";
import type { Story } from "./types.ts";

const YEAR_DAYS = 365;
/** Days before the last nightly sync at which the product's figures are known. */
const SYNC_DAYS = [360, 330, 300, 270, 240, 210, 180, 150, 120, 90, 60, 30, 21, 14, 7, 1, 0] as const;
const FEATURES_AVAILABLE = 24;

export interface UsagePoint {
  at: number;
  activeUsers: number;
  logins: number;
  featuresActivated: number;
  seats: number;
}
export interface DealPlan {
  kind: "new" | "renewal" | "expansion";
  status: "open" | "won" | "lost";
  amount: number;
  createdAt: number;
  closesAt: number;
}

/** How HubSpot and Zendesk can be told to mean the same customer; `none` = unknown to Zendesk. */
export type MatchBy = "external_id" | "domain" | "name" | "none";

/** One account's year, before it is put into either platform. Times are milliseconds. */
export interface AccountPlan extends CompanyName {
  story: Story;
  profile: StoryProfile;
  matchBy: MatchBy;
  externalId: string;
  /** Their CRM entry says a free-mail host instead of their own domain. */
  hasFreeMailDomain: boolean;
  customerSince: number;
  renewsAt: number;
  people: Person[];
  hasChampionLeft: boolean;
  /** Oldest first; empty = the product's figures are not in the CRM. */
  usage: UsagePoint[];
  /** `null` = nobody wrote down any contact. */
  lastContactAt: number | null;
  nextActivityAt: number | null;
  deals: DealPlan[];
  tickets: TicketPlan[];
  nps: { score: number; at: number }[];
  referrals: number;
  isReference: boolean;
}

/** The whole book; the same seed, time and size give the same plans. */
export function planBook(seed: number, now: Date, count: number): AccountPlan[] {
  const random = new Random(seed, "book");
  const names = companyNames(random, count);
  return random.shuffle(storiesFor(count)).map((story, i) => {
    const name = names[i] ?? { key: `customer-${i}`, name: `Customer ${i}`, domain: `customer-${i}.example` };
    return planAccount(new Random(seed, `account ${i}`), name, story, i, now.getTime());
  });
}

function planAccount(
  random: Random,
  name: CompanyName,
  story: Story,
  index: number,
  now: number,
): AccountPlan {
  const profile = STORIES[story];
  const isSmall = story === "sparse" || story === "prospect";
  const seats = Math.round(10 * 10 ** random.between(0, 1.7));
  const lostDaysAgo = story === "churned" ? random.int(8, 110) : null;
  const customerSince = start(random, profile, now, lostDaysAgo);
  const renewsAt = lostDaysAgo === null ? nextAnniversary(customerSince, now) : now - lostDaysAgo * DAY_MS;
  const from = (range: readonly [number, number]) => random.between(...range);
  const staff = people(random, name.domain, staffSize(story, seats));
  const plan: AccountPlan = {
    ...name,
    story,
    profile,
    matchBy: isSmall ? "none" : matchBy(random),
    externalId: `cust-${10_000 + index * 7}`,
    hasFreeMailDomain: false,
    customerSince,
    renewsAt,
    people: staff,
    hasChampionLeft: random.chance(profile.championLeft),
    usage: isSmall ? [] : usage(random, profile, seats, customerSince, now),
    lastContactAt: story === "sparse" ? null : Math.round(now - from(profile.lastContactDays) * DAY_MS),
    nextActivityAt: random.chance(profile.hasNextActivity) ? now + random.int(1, 21) * DAY_MS : null,
    deals: deals(random, story, profile, { seats, customerSince, renewsAt, now }),
    tickets: planTickets(random, profile, seats, Math.max(customerSince, now - YEAR_DAYS * DAY_MS), now),
    nps: isSmall ? [] : npsAnswers(random, profile, customerSince, now),
    referrals: Math.round(from(profile.referrals)),
    isReference: random.chance(profile.isReference),
  };
  if (plan.matchBy !== "external_id" || !random.chance(0.06)) return plan;
  return { ...plan, hasFreeMailDomain: true };
}

/** People that the CRM knows; large customers have more. */
function staffSize(story: Story, seats: number): number {
  if (story === "sparse") return 0;
  return story === "prospect" ? 1 : Math.min(9, 2 + Math.round(Math.log2(seats / 5)));
}

const matchBy = (random: Random): MatchBy =>
  random.weighted({ external_id: 58, domain: 34, name: 4, none: 4 });

/** Customers whose contract has ended began a whole number of years before that. */
function start(random: Random, profile: StoryProfile, now: number, lostDaysAgo: number | null): number {
  const days = Math.round(random.between(...profile.ageDays));
  const whole =
    lostDaysAgo === null ? days : lostDaysAgo + YEAR_DAYS * Math.max(1, Math.round(days / YEAR_DAYS));
  return now - whole * DAY_MS;
}

function nextAnniversary(since: number, now: number): number {
  const years = Math.floor((now - since) / (YEAR_DAYS * DAY_MS)) + 1;
  return since + years * YEAR_DAYS * DAY_MS;
}

function usage(
  random: Random,
  profile: StoryProfile,
  seatsNow: number,
  since: number,
  now: number,
): UsagePoint[] {
  const twoAtNight = Math.floor((now - 2 * HOUR_MS) / DAY_MS) * DAY_MS + 2 * HOUR_MS;
  const [useThen, useNow] = [random.between(...profile.useThen), random.between(...profile.useNow)];
  const [logins, features] = [random.between(...profile.logins), random.between(...profile.features)];
  const seatsThen = profile.expanded > 0.5 ? Math.round(seatsNow * random.between(0.6, 0.8)) : seatsNow;
  const grewAt = random.between(0.3, 0.7);
  const first = Math.max(since, twoAtNight - YEAR_DAYS * DAY_MS);
  return SYNC_DAYS.map((days) => twoAtNight - days * DAY_MS)
    .filter((at) => at >= since)
    .map((at) => {
      const t = twoAtNight === first ? 1 : (at - first) / (twoAtNight - first);
      const seats = t < grewAt ? seatsThen : seatsNow;
      const share = Math.max(0, useThen + (useNow - useThen) * t + random.between(-0.02, 0.02));
      const activeUsers = Math.min(seats, Math.round(seats * share));
      const activated = features * (0.6 + 0.4 * (useNow >= useThen ? t : 1));
      return {
        at,
        seats,
        activeUsers,
        logins: Math.round(activeUsers * logins * random.between(0.92, 1.08)),
        featuresActivated: Math.round(FEATURES_AVAILABLE * activated),
      };
    });
}

export const featuresAvailable = FEATURES_AVAILABLE;

function deals(
  random: Random,
  story: Story,
  profile: StoryProfile,
  {
    seats,
    customerSince,
    renewsAt,
    now,
  }: { seats: number; customerSince: number; renewsAt: number; now: number },
): DealPlan[] {
  const yearly = Math.round((seats * random.between(220, 420)) / 100) * 100;
  const ago = (days: number) => now - days * DAY_MS;
  const deal = (
    kind: DealPlan["kind"],
    status: DealPlan["status"],
    closesAt: number,
    share = 1,
  ): DealPlan => ({
    kind,
    status,
    amount: Math.round(yearly * share),
    createdAt: Math.min(closesAt - random.int(20, 70) * DAY_MS, now - DAY_MS),
    closesAt,
  });
  if (story === "prospect") return [deal("new", "open", now + random.int(15, 60) * DAY_MS)];
  const made = [deal("new", "won", customerSince)];
  for (let at = customerSince + YEAR_DAYS * DAY_MS; at < Math.min(renewsAt, now); at += YEAR_DAYS * DAY_MS) {
    made.push(deal("renewal", "won", at));
  }
  if (story === "churned") made.push(deal("renewal", "lost", renewsAt));
  else if (renewsAt - now < 120 * DAY_MS && story !== "sparse") made.push(deal("renewal", "open", renewsAt));
  if (random.chance(profile.expanded)) made.push(deal("expansion", "won", ago(random.int(20, 300)), 0.3));
  if (random.chance(profile.expanding))
    made.push(deal("expansion", "open", now + random.int(10, 80) * DAY_MS, 0.25));
  return made.filter(({ kind, closesAt }) => kind === "new" || closesAt > customerSince);
}

function npsAnswers(
  random: Random,
  profile: StoryProfile,
  since: number,
  now: number,
): { score: number; at: number }[] {
  const daysAgo = [random.int(200, 330), random.int(110, 170), random.int(6, 90)];
  return daysAgo
    .map((days) => ({
      score: random.int(...profile.nps),
      at: now - days * DAY_MS - random.int(0, 20) * HOUR_MS,
    }))
    .filter(({ at }) => at > since + 10 * DAY_MS && random.chance(0.7));
}
