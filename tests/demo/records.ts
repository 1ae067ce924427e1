import { TICKET_BAND_FIELD, WRITE_BACK_FIELDS } from "@bellwether/shared";
import { z } from "zod";
import type { CompanyRecord, RecordField, TicketRecord } from "./protocol.ts";
import { shown } from "./write-feed.ts";

/** Reads records from the two platforms over their APIs, as the platforms' own pages would show them. */

const SHOWN_PROPERTIES: Readonly<Record<string, string>> = {
  domain: "Company domain",
  industry: "Industry",
  lifecyclestage: "Lifecycle stage",
  customer_since: "Customer since",
  renewal_date: "Renewal date",
  licensed_seats: "Licensed seats",
  active_users_30d: "Active users, 30 days",
  logins_30d: "Logins, 30 days",
  features_activated: "Features activated",
};

const properties = z.object({ properties: z.record(z.string(), z.string().nullable()) });
const ticketAnswer = z.object({
  ticket: z.object({
    id: z.number(),
    subject: z.string().nullable(),
    description: z.string().nullish(),
    status: z.string(),
    priority: z.string().nullish(),
    type: z.string().nullish(),
    created_at: z.string(),
    tags: z.array(z.string()).default([]),
    requester_id: z.number().nullable(),
    organization_id: z.number().nullish(),
    custom_fields: z.array(z.object({ id: z.number(), value: z.unknown() })).default([]),
  }),
});
const userAnswer = z.object({
  user: z.object({ id: z.number(), name: z.string(), email: z.string().nullish() }),
});
const organizationAnswer = z.object({ organization: z.object({ id: z.number(), name: z.string() }) });

export interface Platforms {
  hubspotUrl: string;
  hubspotAccessToken: string;
  zendeskUrl: string;
  zendeskAccessToken: string;
}

export class Records {
  readonly #platforms: Platforms;

  constructor(platforms: Platforms) {
    this.#platforms = platforms;
  }

  async company(id: string): Promise<CompanyRecord> {
    const ours = WRITE_BACK_FIELDS.map(({ key }) => key);
    const names = ["name", ...Object.keys(SHOWN_PROPERTIES), ...ours].join(",");
    const { hubspotUrl, hubspotAccessToken } = this.#platforms;
    const path = `/crm/objects/2026-03/companies/${encodeURIComponent(id)}?properties=${names}`;
    const answer = properties.parse(await get(`${hubspotUrl}${path}`, hubspotAccessToken));
    const held = Object.fromEntries(
      Object.entries(answer.properties).map(([name, value]) => [name, value ?? ""]),
    );
    return {
      id,
      name: held["name"] ?? "",
      domain: held["domain"] ?? "",
      fields: [...ourFields(held), ...theirFields(held)],
      properties: held,
    };
  }

  async ticket(id: string): Promise<TicketRecord> {
    const { ticket } = ticketAnswer.parse(await this.#zendesk(`/tickets/${encodeURIComponent(id)}`));
    const [requester, organization] = await Promise.all([
      ticket.requester_id === null ? null : this.#zendesk(`/users/${ticket.requester_id}`),
      ticket.organization_id ? this.#zendesk(`/organizations/${ticket.organization_id}`) : null,
    ]);
    const user = requester === null ? null : userAnswer.parse(requester).user;
    return {
      id: String(ticket.id),
      subject: ticket.subject ?? "",
      description: ticket.description ?? "",
      status: ticket.status,
      priority: ticket.priority ?? "",
      type: ticket.type ?? "",
      createdAt: ticket.created_at,
      tags: ticket.tags,
      requester: { id: user?.id ?? 0, name: user?.name ?? "Unknown", email: user?.email ?? "" },
      organization: organization === null ? null : organizationAnswer.parse(organization).organization,
      band: bandOf(ticket.custom_fields),
    };
  }

  #zendesk(path: string): Promise<unknown> {
    return get(`${this.#platforms.zendeskUrl}/api/v2${path}`, this.#platforms.zendeskAccessToken);
  }
}

const ourFields = (held: Readonly<Record<string, string>>): RecordField[] =>
  WRITE_BACK_FIELDS.filter(({ key, isDefault }) => isDefault || held[key]).map(({ key, label }) => ({
    name: key,
    label,
    value: shown(key, held[key]),
    isOurs: true,
  }));

const theirFields = (held: Readonly<Record<string, string>>): RecordField[] =>
  Object.entries(SHOWN_PROPERTIES)
    .filter(([name]) => held[name])
    .map(([name, label]) => ({ name, label, value: held[name] ?? "", isOurs: false }));

function bandOf(customFields: readonly { value?: unknown }[]): string {
  const held = customFields.find(
    ({ value }) => typeof value === "string" && value.startsWith(TICKET_BAND_FIELD.prefix),
  );
  return shown("ticket_band", held?.value);
}

async function get(url: string, token: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`GET ${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}
