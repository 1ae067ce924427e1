import { DAY_MS, HOUR_MS, MINUTE_MS } from "@bellwether/shared";
import { TICKET_SUBJECTS } from "./portfolio-names.ts";
import type { StoryProfile } from "./portfolio-stories.ts";
import type { Random } from "./random.ts";
import type { TicketPriority } from "./zendesk-types.ts";

const YEAR_MS = 365 * DAY_MS;
/** From being asked to being solved, in hours. */
const SOLVING_HOURS = {
  urgent: [2, 30],
  high: [6, 60],
  normal: [4, 110],
  low: [10, 190],
} as const satisfies Record<TicketPriority, readonly [number, number]>;

export interface TicketPlan {
  subject: string;
  createdAt: number;
  priority: TicketPriority;
  solvedAt: number | null;
  firstReplyMinutes: number | null;
  reopens: number;
  /** `null` = the survey was not answered. */
  isGood: boolean | null;
}

/** An account's Zendesk tickets between two moments, oldest first. */
export function planTickets(
  random: Random,
  profile: StoryProfile,
  seats: number,
  from: number,
  now: number,
): TicketPlan[] {
  const share = (now - from) / YEAR_MS;
  // Large customers ask less per seat than small ones.
  const count = Math.round(random.between(...profile.tickets) * (seats / 100) ** 0.6 * Math.max(share, 0.15));
  const made = Array.from({ length: Math.min(60, count) }, () => {
    const createdAt = Math.round(now - (now - from) * random.next() ** profile.ticketsLately);
    return ticket(random, profile, Math.min(createdAt, now - 10 * MINUTE_MS), now);
  });
  if (random.chance(profile.oldUrgent)) {
    const createdAt = now - random.int(52, 150) * HOUR_MS;
    const waiting = { ...ticket(random, profile, createdAt, now), solvedAt: null, isGood: null };
    made.push({ ...waiting, priority: "urgent", subject: "Production import is down" });
  }
  return made.sort((x, y) => x.createdAt - y.createdAt);
}

function ticket(random: Random, profile: StoryProfile, createdAt: number, now: number): TicketPlan {
  const { urgent, high } = profile;
  const priority = random.weighted({ urgent, high, normal: 0.75 - urgent - high, low: 0.25 });
  const firstReplyMinutes = Math.round(
    random.between(...profile.firstReplyMinutes) * random.between(0.3, 1.6),
  );
  const [fastest, slowest] = SOLVING_HOURS[priority];
  const done =
    createdAt + Math.round(random.between(fastest, slowest) * HOUR_MS) + firstReplyMinutes * MINUTE_MS;
  const solvedAt = done <= now ? done : null;
  const isReplied = createdAt + firstReplyMinutes * MINUTE_MS <= now;
  const isAnswered = random.chance(0.38);
  const isGood = random.chance(profile.csatGood);
  return {
    subject: random.pick(TICKET_SUBJECTS),
    createdAt,
    priority,
    solvedAt,
    firstReplyMinutes: isReplied ? firstReplyMinutes : null,
    reopens: random.chance(profile.reopened) ? 1 : 0,
    isGood: solvedAt !== null && isAnswered ? isGood : null,
  };
}
