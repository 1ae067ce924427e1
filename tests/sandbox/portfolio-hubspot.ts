import { DAY_MS, DEFAULT_FIELD_MAP as FIELDS } from "@bellwether/shared";
import { isoDate, isoMs } from "./clock.ts";
import { OWNERS } from "./hubspot-account.ts";
import { addHubspotTicket, addNps, BOUNCED, closedTicket } from "./hubspot-happenings.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { type CrmRecord, PERSON, PRODUCT_SYNC } from "./hubspot-record.ts";
import type { Person } from "./portfolio-names.ts";
import { type AccountPlan, type DealPlan, featuresAvailable, type UsagePoint } from "./portfolio-plan.ts";
import { activeDaysOf, successValues } from "./portfolio-success.ts";
import type { Random } from "./random.ts";

/** What a plan became in HubSpot. */
export interface HubspotSeed {
  company: CrmRecord;
  contacts: CrmRecord[];
  deals: CrmRecord[];
  tickets: CrmRecord[];
}

const INDUSTRIES = [
  "LOGISTICS_AND_SUPPLY_CHAIN",
  "FINANCIAL_SERVICES",
  "FOOD_PRODUCTION",
  "MEDIA_PRODUCTION",
] as const;
const FREE_MAIL_HOST = "gmail.com";

/** Puts one account into the portal, oldest things first. */
export function seedHubspot(
  portal: HubspotPortal,
  plan: AccountPlan,
  random: Random,
  now: number,
): HubspotSeed {
  const company = seedCompany(portal, plan, random);
  for (const point of plan.usage) portal.update(company, usageValues(point), PRODUCT_SYNC, point.at);
  const contacts = plan.people.map((person, i) => seedContact(portal, plan, company, person, i, random));
  const deals = plan.deals.map((deal) => seedDeal(portal, plan, company, deal));
  const tickets = seedTickets(portal, plan, company, contacts, random, now);
  for (const [i, answer] of plan.nps.entries()) {
    const contact = contacts[i % contacts.length];
    if (contact !== undefined) addNps(portal, contact, answer.score, null, answer.at);
  }
  const lastTouchedAt = plan.lastContactAt ?? plan.customerSince;
  portal.update(company, { ...currentValues(plan, now), ...counts(portal, company) }, PERSON, lastTouchedAt);
  return { company, contacts, deals, tickets };
}

function seedCompany(portal: HubspotPortal, plan: AccountPlan, random: Random): CrmRecord {
  const isProspect = plan.story === "prospect";
  const createdAt = isProspect ? plan.customerSince : plan.customerSince - random.int(30, 150) * DAY_MS;
  const since = isoMs(plan.customerSince);
  const company = portal.create(
    "companies",
    {
      name: plan.name,
      domain: plan.hasFreeMailDomain ? FREE_MAIL_HOST : plan.domain,
      industry: random.pick(INDUSTRIES),
      country: random.pick(["Germany", "Netherlands", "Sweden", "Portugal", "Canada"]),
      numberofemployees: String(random.int(30, 4000)),
      hubspot_owner_id: random.pick(OWNERS).id,
      lifecyclestage: isProspect ? random.pick(["lead", "opportunity"]) : "opportunity",
    },
    { createdAt },
  );
  if (isProspect) return company;
  const entered = { hs_lifecyclestage_customer_date: since, hs_v2_date_entered_customer: since };
  portal.update(company, { lifecyclestage: "customer", ...entered }, PERSON, plan.customerSince);
  if (plan.usage.length === 0) return company;
  const ours = {
    [FIELDS.customerSince]: isoDate(plan.customerSince),
    [FIELDS.featuresAvailable]: String(featuresAvailable),
    ...(plan.matchBy === "external_id" && { [FIELDS.externalId]: plan.externalId }),
  };
  portal.update(company, ours, PRODUCT_SYNC, plan.customerSince);
  return company;
}

const usageValues = (point: UsagePoint): Record<string, string> => ({
  [FIELDS.activeUsers]: String(point.activeUsers),
  [FIELDS.logins]: String(point.logins),
  [FIELDS.featuresActivated]: String(point.featuresActivated),
  [FIELDS.seats]: String(point.seats),
  [FIELDS.activeDays]: String(activeDaysOf(point)),
});

function currentValues(plan: AccountPlan, now: number): Record<string, string> {
  const contact = {
    ...(plan.lastContactAt !== null && {
      notes_last_contacted: isoMs(plan.lastContactAt),
      notes_last_updated: isoMs(plan.lastContactAt),
      hs_last_booked_meeting_date: isoMs(plan.lastContactAt),
    }),
    ...(plan.nextActivityAt !== null && { notes_next_activity_date: isoMs(plan.nextActivityAt) }),
  };
  if (plan.usage.length === 0) return contact;
  return {
    ...contact,
    ...successValues(plan, now),
    [FIELDS.renewalDate]: isoDate(plan.renewsAt),
    [FIELDS.noticeOfNonRenewal]: String(plan.story === "churned"),
    [FIELDS.isReference]: String(plan.isReference),
    [FIELDS.referrals]: String(plan.referrals),
    ...(plan.story === "new" && {
      [FIELDS.onboardingProgress]: String(Math.min(95, 20 + plan.usage.length * 12)),
    }),
  };
}

/** Roll-ups that HubSpot keeps itself. */
export function counts(portal: HubspotPortal, company: CrmRecord): Record<string, string> {
  const deals = portal.links(company, "deals").map(({ id }) => portal.get("deals", id));
  return {
    num_associated_contacts: String(portal.links(company, "contacts").length),
    num_associated_deals: String(deals.length),
    hs_num_open_deals: String(deals.filter((deal) => portal.value(deal, "hs_is_closed") !== "true").length),
  };
}

function seedContact(
  portal: HubspotPortal,
  plan: AccountPlan,
  company: CrmRecord,
  person: Person,
  index: number,
  random: Random,
): CrmRecord {
  const isGone = index === 0 && plan.hasChampionLeft;
  const lastTouchedAt = plan.lastContactAt ?? plan.customerSince;
  const engagedAt = lastTouchedAt - random.int(0, 12) * DAY_MS - (isGone ? 60 * DAY_MS : 0);
  const createdAt = Math.min(plan.customerSince - random.int(1, 25) * DAY_MS, engagedAt);
  const contact = portal.create(
    "contacts",
    {
      firstname: person.firstName,
      lastname: person.lastName,
      email: person.email,
      jobtitle: person.title,
      hs_buying_role: person.role,
      lifecyclestage: plan.story === "prospect" ? "lead" : "customer",
      associatedcompanyid: company.id,
      hs_email_optout: "false",
    },
    { createdAt },
  );
  portal.link(contact, company, true);
  if (plan.lastContactAt === null) return contact;
  const engaged = {
    notes_last_contacted: isoMs(engagedAt),
    hs_last_sales_activity_timestamp: isoMs(engagedAt),
    hs_email_last_open_date: isoMs(engagedAt),
    ...(random.chance(0.6) && { hs_email_last_reply_date: isoMs(engagedAt) }),
  };
  portal.update(contact, engaged, PERSON, engagedAt);
  if (isGone) portal.update(contact, BOUNCED, PERSON, engagedAt + 30 * DAY_MS);
  return contact;
}

function seedDeal(portal: HubspotPortal, plan: AccountPlan, company: CrmRecord, deal: DealPlan): CrmRecord {
  const titles = { new: "New business", renewal: "Renewal", expansion: "Expansion" };
  const types = { new: "newbusiness", renewal: "renewal", expansion: "existingbusiness" };
  const stages = { open: "presentationscheduled", won: "closedwon", lost: "closedlost" };
  const record = portal.create(
    "deals",
    {
      dealname: `${plan.name}: ${titles[deal.kind]} ${isoDate(deal.closesAt).slice(0, 4)}`,
      pipeline: "default",
      dealstage: deal.status === "open" ? stages.open : "appointmentscheduled",
      dealtype: types[deal.kind],
      amount: String(deal.amount),
      closedate: isoMs(deal.closesAt),
      hs_is_closed: "false",
      hs_is_closed_won: "false",
      hs_arr: String(deal.amount),
      hs_mrr: String(Math.round(deal.amount / 12)),
    },
    { createdAt: deal.createdAt },
  );
  portal.link(record, company, true);
  if (deal.status === "open") return record;
  const closed = {
    dealstage: stages[deal.status],
    hs_is_closed: "true",
    hs_is_closed_won: String(deal.status === "won"),
    ...(deal.status === "lost" && { closed_lost_reason: "Chose another vendor" }),
  };
  portal.update(record, closed, PERSON, deal.closesAt);
  return record;
}

/** Few: most support goes through Zendesk. */
function seedTickets(
  portal: HubspotPortal,
  plan: AccountPlan,
  company: CrmRecord,
  contacts: readonly CrmRecord[],
  random: Random,
  now: number,
): CrmRecord[] {
  const count = plan.usage.length === 0 ? 0 : random.weighted({ "0": 5, "1": 3, "2": 2 });
  return Array.from({ length: Number(count) }, () => {
    const createdAt = Math.max(now - random.int(4, 340) * DAY_MS, plan.customerSince);
    const closedAt = createdAt + random.int(4, 90) * 3_600_000;
    const ticket = addHubspotTicket(portal, company, contacts[0], {
      subject: random.pick([
        "Question about the invoice",
        "Change of billing address",
        "Contract copy requested",
      ]),
      priority: random.pick(["LOW", "MEDIUM"]),
      category: "BILLING_ISSUE",
      createdAt,
    });
    if (closedAt < now) portal.update(ticket, closedTicket(ticket, closedAt), PERSON, closedAt);
    return ticket;
  });
}
