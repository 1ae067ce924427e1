import type { Sandbox } from "../sandbox/index.ts";

/** Something happens to every record of some kind, all kinds of things. */
export function disturb({ hubspot, zendesk, zendeskHappens }: Sandbox): void {
  const [a, b, c, d, e] = [...hubspot.all("companies")];
  const contacts = [...hubspot.all("contacts")];
  const deals = [...hubspot.all("deals")];
  if (!a || !b || !c || !d || !e) throw new Error("the book is too small");
  for (const company of hubspot.all("companies")) hubspot.update(company, { name: `${company.id} renamed` });
  for (const contact of contacts) hubspot.update(contact, { hs_buying_role: "CHAMPION" });
  hubspot.archive(a);
  hubspot.archive(b);
  hubspot.restore(b);
  hubspot.merge(c, d);
  hubspot.mergeIntoNew(e, ...[...hubspot.all("companies")].slice(6, 8));
  const made = hubspot.create("companies", { name: "New Ltd", lifecyclestage: "customer" });
  const person = hubspot.create("contacts", { email: "new@new.example" });
  hubspot.link(person, made, true);
  for (const [i, contact] of contacts.slice(0, 12).entries()) {
    const [company] = hubspot.links(contact, "companies");
    if (company && i % 2 === 0) hubspot.unlink(contact, hubspot.get("companies", company.id));
    else hubspot.link(contact, made);
  }
  for (const contact of contacts.slice(12, 16)) hubspot.archive(contact);
  for (const contact of contacts.slice(16, 18)) hubspot.erase(contact);
  for (const deal of deals.slice(0, 5)) hubspot.archive(deal);
  for (const deal of deals.slice(2, 4)) hubspot.restore(deal);
  const tickets = [...zendesk.tickets.values()];
  for (const ticket of tickets.slice(0, 8)) zendesk.deleteTicket(ticket);
  for (const ticket of tickets.slice(4, 6)) zendeskHappens.undelete(ticket);
  for (const ticket of tickets.slice(6, 8)) zendeskHappens.destroy(ticket);
  const [organization] = zendesk.organizations.values();
  if (organization) zendeskHappens.deleteOrganization(organization);
}
