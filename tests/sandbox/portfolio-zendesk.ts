import { DAY_MS, MINUTE_MS } from "@bellwether/shared";
import { BAD_WORDS, GOOD_WORDS } from "./portfolio-names.ts";
import type { AccountPlan } from "./portfolio-plan.ts";
import type { TicketPlan } from "./portfolio-tickets.ts";
import type { Random } from "./random.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { Organization, Ticket, User } from "./zendesk-types.ts";

/** What a plan became in Zendesk. */
export interface ZendeskSeed {
  organization: Organization;
  users: User[];
  tickets: Ticket[];
}

/** Zendesk closes solved tickets after this time. */
const CLOSING_MS = 4 * DAY_MS;
const FREE_MAIL_HOST = "gmail.com";

/** Support people of the vendor; invented. */
export function seedAgents(account: ZendeskAccount, createdAt: number): User[] {
  const names = ["Mirko Halvard", "Tamsin Oakes", "Rafael Brunner", "Noor Castellan"];
  return names.map((name) =>
    account.addUser({
      name,
      email: `${name.replace(" ", ".").toLowerCase()}@vendor.example`,
      role: "agent",
      createdAt,
    }),
  );
}

/** Puts one account into Zendesk; `null` for customers it does not know. */
export function seedZendesk(
  account: ZendeskAccount,
  plan: AccountPlan,
  agents: readonly User[],
  random: Random,
  now: number,
): ZendeskSeed | null {
  if (plan.matchBy === "none") return null;
  const organization = seedOrganization(account, plan, random);
  const users = plan.people
    .filter((_, i) => i === 0 || random.chance(0.75))
    .map(({ firstName, lastName, email }) =>
      account.addUser({
        name: `${firstName} ${lastName}`,
        email,
        organizationId: organization.id,
        createdAt: plan.customerSince,
      }),
    );
  const tickets = plan.tickets.map((ticket) =>
    seedTicket(account, organization, random.pick(users), random.pick(agents), ticket, random, now),
  );
  return { organization, users, tickets };
}

/** Where the domain is what both sides share, the name is written as another department would. */
function seedOrganization(account: ZendeskAccount, plan: AccountPlan, random: Random): Organization {
  const name =
    plan.matchBy === "domain" && random.chance(0.5) ? `${plan.name.toUpperCase()} Ltd.` : plan.name;
  return account.addOrganization({
    name,
    externalId: plan.matchBy === "external_id" ? plan.externalId : null,
    domainNames: plan.matchBy === "name" ? [] : [plan.hasFreeMailDomain ? FREE_MAIL_HOST : plan.domain],
    createdAt: plan.customerSince + random.int(0, 3) * DAY_MS + random.int(0, 80_000) * 1000,
    tags: plan.story === "growing" ? ["key_account"] : [],
  });
}

function seedTicket(
  account: ZendeskAccount,
  organization: Organization,
  requester: User,
  agent: User,
  plan: TicketPlan,
  random: Random,
  now: number,
): Ticket {
  const closedAt = plan.solvedAt === null ? null : plan.solvedAt + CLOSING_MS;
  const isClosed = closedAt !== null && closedAt <= now;
  const repliedAt =
    plan.firstReplyMinutes === null ? plan.createdAt : plan.createdAt + plan.firstReplyMinutes * MINUTE_MS;
  const ticket = account.addTicket({
    subject: plan.subject,
    description: `${plan.subject.replace(/[.?]$/, "")}: it started this week and several colleagues see it.`,
    requesterId: requester.id,
    organizationId: organization.id,
    assigneeId: plan.firstReplyMinutes === null ? null : agent.id,
    priority: plan.priority,
    ticketType: plan.priority === "urgent" ? "incident" : "question",
    status: isClosed ? "closed" : plan.solvedAt !== null ? "solved" : openStatus(plan, random),
    createdAt: plan.createdAt,
    solvedAt: plan.solvedAt,
    updatedAt: isClosed ? closedAt : (plan.solvedAt ?? repliedAt),
    firstReplyMinutes: plan.firstReplyMinutes,
    reopens: plan.reopens,
    replies: plan.firstReplyMinutes === null ? 0 : random.int(1, 6),
    tags: feelingTags(plan),
  });
  if (plan.isGood !== null && plan.solvedAt !== null) {
    const at = Math.min(plan.solvedAt + random.int(20, 900) * MINUTE_MS, now - 2 * MINUTE_MS);
    account.addRating(
      ticket,
      plan.isGood,
      random.chance(0.4) ? random.pick(plan.isGood ? GOOD_WORDS : BAD_WORDS) : null,
      at,
    );
  }
  return ticket;
}

/** As intelligent triage tags them: what a customer writes of a ticket is what they feel about it. */
const feelingTags = ({ isGood }: TicketPlan): string[] =>
  isGood === null ? [] : [isGood ? "sentiment__positive" : "sentiment__negative"];

function openStatus(plan: TicketPlan, random: Random): Ticket["status"] {
  if (plan.firstReplyMinutes === null) return "new";
  return plan.priority === "urgent" ? "open" : random.weighted({ open: 3, pending: 2, hold: 1 });
}
