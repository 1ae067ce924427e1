import type { Contribution } from "./account-health.ts";

/** Where the platforms of a tenant are; `null` = not connected. */
export interface PlatformPlaces {
  portalId: string | null;
  subdomain: string | null;
}

/** HubSpot's record pages, by object type. Feedback submissions and ratings have none that everybody may open. */
const HUBSPOT_TYPES: Readonly<Record<string, string>> = {
  contact: "0-1",
  company: "0-2",
  deal: "0-3",
  ticket: "0-5",
};
const ZENDESK_PAGES: Readonly<Record<string, string>> = {
  ticket: "tickets",
  organization: "organizations",
  user: "users",
};

/**
 * Where people look at a record.
 * @param ref e.g. `zendesk:ticket:12`
 * @returns `null` without a page of its own, or where its platform is not connected
 */
export function evidenceUrl(ref: string, { portalId, subdomain }: PlatformPlaces): string | null {
  const [platform, objectType = "", ...rest] = ref.split(":");
  const id = rest.join(":");
  if (!/^\d{1,20}$/.test(id)) return null;
  if (platform === "hubspot" && portalId !== null && Object.hasOwn(HUBSPOT_TYPES, objectType))
    return `https://app.hubspot.com/contacts/${portalId}/record/${HUBSPOT_TYPES[objectType]}/${id}`;
  if (platform === "zendesk" && subdomain !== null && Object.hasOwn(ZENDESK_PAGES, objectType))
    return `https://${subdomain}.zendesk.com/agent/${ZENDESK_PAGES[objectType]}/${id}`;
  return null;
}

type Evidence = Contribution["evidence"];

export const linkedEvidence = (evidence: Evidence, places: PlatformPlaces): Evidence =>
  evidence.map(({ ref, label }) => ({ ref, label, url: evidenceUrl(ref, places) }));
