import { DAY_MS } from "@bellwether/shared";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { PERSON } from "./hubspot-record.ts";
import { seedHubspot } from "./portfolio-hubspot.ts";
import { type AccountPlan, planBook } from "./portfolio-plan.ts";
import { seedAgents, seedZendesk } from "./portfolio-zendesk.ts";
import { Random } from "./random.ts";
import type { SandboxAccount } from "./types.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";

/** From so many accounts on, the book has a parent company and two customers of the same name. */
const ODDITIES_FROM = 20;

/** Makes a software company's book in both platforms and says what belongs together. */
export function seedBook(options: {
  seed: number;
  now: Date;
  count: number;
  portal: HubspotPortal;
  zendesk: ZendeskAccount;
}): SandboxAccount[] {
  const { seed, portal, zendesk } = options;
  const now = options.now.getTime();
  const plans = withNamesakes(planBook(seed, options.now, options.count));
  const agents = seedAgents(zendesk, now - 900 * DAY_MS);
  const accounts = plans.map((plan, i) => {
    const random = new Random(seed, `records ${i}`);
    const crm = seedHubspot(portal, plan, random, now);
    const support = seedZendesk(zendesk, plan, agents, random, now);
    return {
      key: plan.key,
      name: plan.name,
      story: plan.story,
      hubspotCompanyId: crm.company.id,
      zendeskOrganizationId: support === null ? null : String(support.organization.id),
      contactIds: crm.contacts.map(({ id }) => id),
      dealIds: crm.deals.map(({ id }) => id),
      hubspotTicketIds: crm.tickets.map(({ id }) => id),
      zendeskTicketIds: (support?.tickets ?? []).map(({ id }) => String(id)),
      zendeskUserIds: (support?.users ?? []).map(({ id }) => String(id)),
    };
  });
  seedStrangers(zendesk, now);
  linkParent(portal, accounts);
  return accounts;
}

/** Two customers with one name, so that a name alone decides nothing. */
function withNamesakes(plans: AccountPlan[]): AccountPlan[] {
  if (plans.length < ODDITIES_FROM) return plans;
  const [original, double] = plans.filter(({ story }) => story === "stable");
  if (original === undefined || double === undefined) return plans;
  return plans.map((plan) => (plan === double ? { ...plan, name: original.name } : plan));
}

function linkParent(portal: HubspotPortal, accounts: readonly SandboxAccount[]): void {
  if (accounts.length < ODDITIES_FROM) return;
  const [parent, child] = accounts.filter(({ story }) => story === "growing");
  if (parent === undefined || child === undefined) return;
  const record = portal.get("companies", child.hubspotCompanyId);
  portal.update(record, { hs_parent_company_id: parent.hubspotCompanyId }, PERSON, record.updatedAt);
}

/** Organizations that no CRM company stands for. */
function seedStrangers(zendesk: ZendeskAccount, now: number): void {
  for (const [i, name] of ["Vendor staff", "Reseller trials"].entries()) {
    const createdAt = now - (500 - i) * DAY_MS;
    const organization = zendesk.addOrganization({ name, domainNames: [], createdAt });
    const person = zendesk.addUser({
      name: `${name} desk`,
      email: `desk${i}@vendor.example`,
      organizationId: organization.id,
      createdAt,
    });
    zendesk.addTicket({
      subject: "Please reset the trial workspace",
      description: "It is full of test data.",
      requesterId: person.id,
      organizationId: organization.id,
      status: "open",
      priority: "low",
      createdAt: now - (3 + i) * DAY_MS,
    });
  }
}
