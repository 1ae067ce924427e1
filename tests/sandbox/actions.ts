import { DEFAULT_FIELD_MAP as FIELDS, HOUR_MS } from "@bellwether/shared";
import { isoMs, type SandboxClock } from "./clock.ts";
import { addHubspotTicket, addNps, BOUNCED, closedTicket } from "./hubspot-happenings.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { type CrmRecord, PRODUCT_SYNC } from "./hubspot-record.ts";
import { BAD_WORDS, GOOD_WORDS } from "./portfolio-names.ts";
import type { SandboxAccount } from "./types.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { Ticket } from "./zendesk-types.ts";

/** What an action did. The webhooks about it are on their way; `deliver.idle()` waits for them. */
export interface ActionResult {
  accountKey: string;
  /** Names of the records that it touched, e.g. `zendesk:ticket:1042`. */
  records: string[];
}

/** Things that happen to a customer. They change the platforms' records and lead to the platforms' own events. */
export interface SandboxActions {
  /** @param options.openedHoursAgo how long it has been waiting already; 0 when absent */
  urgentTicket(accountKey: string, options?: { openedHoursAgo?: number }): Promise<ActionResult>;
  /** All open tickets of both platforms. */
  resolveTickets(accountKey: string): Promise<ActionResult>;
  /** To about a third; does nothing to accounts whose product use is not known. */
  usageDrops(accountKey: string): Promise<ActionResult>;
  /** Back to where it was before it dropped, or to nearly full use if it never did. */
  usageRecovers(accountKey: string): Promise<ActionResult>;
  championLeaves(accountKey: string): Promise<ActionResult>;
  /** Of a solved ticket; for customers that Zendesk does not know, an answer to HubSpot's NPS survey. */
  badRating(accountKey: string): Promise<ActionResult>;
  goodRating(accountKey: string): Promise<ActionResult>;
}

export interface ActionDeps {
  accounts: readonly SandboxAccount[];
  portal: HubspotPortal;
  zendesk: ZendeskAccount;
  clock: SandboxClock;
}

const DROPPING = [FIELDS.activeUsers, FIELDS.logins, FIELDS.featuresActivated] as const;
const DROP_TO = { [FIELDS.activeUsers]: 0.35, [FIELDS.logins]: 0.25, [FIELDS.featuresActivated]: 0.6 };
const isOpen = ({ status }: Ticket): boolean => !["solved", "closed", "deleted"].includes(status);

export function sandboxActions(deps: ActionDeps): SandboxActions {
  /** Product figures before a drop, by company. */
  const before = new Map<string, Record<string, string>>();
  const action =
    <T extends unknown[]>(run: (account: SandboxAccount, ...options: T) => string[]) =>
    async (accountKey: string, ...options: T): Promise<ActionResult> => {
      const account = deps.accounts.find(({ key }) => key === accountKey);
      if (account === undefined) throw new Error(`the sandbox has no account ${accountKey}`);
      return { accountKey, records: run(account, ...options) };
    };
  return {
    urgentTicket: action((account, options?: { openedHoursAgo?: number }) =>
      urgentTicket(deps, account, (options?.openedHoursAgo ?? 0) * HOUR_MS),
    ),
    resolveTickets: action((account) => resolveTickets(deps, account)),
    usageDrops: action((account) => usageDrops(deps, account, before)),
    usageRecovers: action((account) => usageRecovers(deps, account, before)),
    championLeaves: action((account) => championLeaves(deps, account)),
    badRating: action((account) => rate(deps, account, false)),
    goodRating: action((account) => rate(deps, account, true)),
  };
}

const companyOf = ({ portal }: ActionDeps, account: SandboxAccount) =>
  portal.get("companies", account.hubspotCompanyId);
const firstContact = ({ portal }: ActionDeps, account: SandboxAccount) =>
  account.contactIds.map((id) => portal.find("contacts", id)).find((contact) => contact !== null) ?? null;

function urgentTicket(deps: ActionDeps, account: SandboxAccount, ageMs: number): string[] {
  const createdAt = deps.clock.stamp() - ageMs;
  const subject = "Nothing works since this morning, all our users are locked out";
  const requester = zendeskRequester(deps, account);
  if (account.zendeskOrganizationId === null || requester === null) {
    const company = companyOf(deps, account);
    const input = { subject, priority: "URGENT", category: "PRODUCT_ISSUE", createdAt };
    const ticket = addHubspotTicket(deps.portal, company, firstContact(deps, account) ?? undefined, input);
    account.hubspotTicketIds.push(ticket.id);
    return [`hubspot:ticket:${ticket.id}`];
  }
  const ticket = deps.zendesk.addTicket({
    subject,
    description: "Nobody can log in. Please call us back as soon as you can.",
    requesterId: requester,
    organizationId: Number(account.zendeskOrganizationId),
    priority: "urgent",
    ticketType: "incident",
    status: "open",
    createdAt,
    updatedAt: deps.clock.stamp(),
  });
  account.zendeskTicketIds.push(String(ticket.id));
  return [`zendesk:ticket:${ticket.id}`];
}

function zendeskRequester({ zendesk }: ActionDeps, account: SandboxAccount): number | null {
  const id = account.zendeskUserIds.map(Number).find((userId) => zendesk.users.has(userId));
  return id ?? null;
}

function resolveTickets(deps: ActionDeps, account: SandboxAccount): string[] {
  const { portal, zendesk } = deps;
  const support = account.zendeskTicketIds
    .flatMap((id) => zendesk.tickets.get(Number(id)) ?? [])
    .filter(isOpen);
  for (const ticket of support)
    zendesk.changeTicket(ticket, { status: "solved" }, ticket.assigneeId ?? zendesk.appUser.id);
  const crm = account.hubspotTicketIds
    .flatMap((id) => portal.find("tickets", id) ?? [])
    .filter((ticket) => portal.value(ticket, "hs_pipeline_stage") !== "4");
  for (const ticket of crm) portal.update(ticket, closedTicket(ticket, deps.clock.ms()));
  return [...support.map(({ id }) => `zendesk:ticket:${id}`), ...crm.map(({ id }) => `hubspot:ticket:${id}`)];
}

function usageDrops(
  deps: ActionDeps,
  account: SandboxAccount,
  before: Map<string, Record<string, string>>,
): string[] {
  const company = companyOf(deps, account);
  const now = figures(deps.portal, company);
  if (Object.keys(now).length === 0) return [];
  if (!before.has(company.id)) before.set(company.id, now);
  const dropped = Object.entries(now).map(([name, value]) => [
    name,
    String(Math.round(Number(value) * (DROP_TO[name as keyof typeof DROP_TO] ?? 1))),
  ]);
  deps.portal.update(company, Object.fromEntries(dropped), PRODUCT_SYNC);
  return [`hubspot:company:${company.id}`];
}

function usageRecovers(
  deps: ActionDeps,
  account: SandboxAccount,
  before: Map<string, Record<string, string>>,
): string[] {
  const company = companyOf(deps, account);
  if (Object.keys(figures(deps.portal, company)).length === 0) return [];
  deps.portal.update(company, before.get(company.id) ?? fullUse(deps.portal, company), PRODUCT_SYNC);
  before.delete(company.id);
  return [`hubspot:company:${company.id}`];
}

function figures(portal: HubspotPortal, company: CrmRecord): Record<string, string> {
  const known = DROPPING.flatMap((name) => {
    const value = portal.value(company, name);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known);
}

function fullUse(portal: HubspotPortal, company: CrmRecord): Record<string, string> {
  const seats = Number(portal.value(company, FIELDS.seats) ?? 0);
  const available = Number(portal.value(company, FIELDS.featuresAvailable) ?? 0);
  return {
    [FIELDS.activeUsers]: String(Math.round(seats * 0.85)),
    [FIELDS.logins]: String(Math.round(seats * 0.85 * 13)),
    [FIELDS.featuresActivated]: String(Math.round(available * 0.8)),
  };
}

/** Their mail bounces and the sales team takes them off the company. */
function championLeaves({ portal }: ActionDeps, account: SandboxAccount): string[] {
  const company = portal.get("companies", account.hubspotCompanyId);
  const contacts = portal.links(company, "contacts").map(({ id }) => portal.get("contacts", id));
  const champion = contacts.find((contact) => portal.value(contact, "hs_buying_role")?.includes("CHAMPION"));
  const leaving = champion ?? contacts[0];
  if (leaving === undefined) return [];
  portal.update(leaving, BOUNCED, { changeSource: "EMAIL", sourceId: "bounce" });
  portal.unlink(leaving, company);
  return [`hubspot:contact:${leaving.id}`, `hubspot:company:${company.id}`];
}

function rate(deps: ActionDeps, account: SandboxAccount, isGood: boolean): string[] {
  const { portal, zendesk, clock } = deps;
  const words = (isGood ? GOOD_WORDS : BAD_WORDS)[0];
  const ticket = ticketToRate(deps, account);
  if (ticket !== null) {
    zendesk.addRating(ticket, isGood, words);
    return [`zendesk:ticket:${ticket.id}`];
  }
  const contact = firstContact(deps, account);
  if (contact === null) return [];
  const at = clock.stamp();
  const submission = addNps(portal, contact, isGood ? 10 : 1, words, at);
  portal.update(companyOf(deps, account), { notes_last_updated: isoMs(at) });
  return [`hubspot:feedback:${submission.id}`, `hubspot:contact:${contact.id}`];
}

/** The newest ticket that nobody has rated; solves one, or has one asked and solved, where there is none. */
function ticketToRate(deps: ActionDeps, account: SandboxAccount): Ticket | null {
  const { zendesk, clock } = deps;
  const requesterId = zendeskRequester(deps, account);
  if (account.zendeskOrganizationId === null || requesterId === null) return null;
  const tickets = account.zendeskTicketIds.flatMap((id) => zendesk.tickets.get(Number(id)) ?? []);
  const unrated = tickets.filter((ticket) => ticket.status === "solved" && zendesk.ratingOf(ticket) === null);
  const newest = unrated.at(-1);
  if (newest !== undefined) return newest;
  const ticket = zendesk.addTicket({
    subject: "How do we change the report's owner?",
    description: "The colleague who made it has another job now.",
    requesterId,
    organizationId: Number(account.zendeskOrganizationId),
    status: "open",
    priority: "normal",
    createdAt: clock.stamp() - 3 * HOUR_MS,
  });
  account.zendeskTicketIds.push(String(ticket.id));
  zendesk.changeTicket(ticket, { status: "solved" }, zendesk.appUser.id);
  return ticket;
}
