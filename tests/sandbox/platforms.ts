import { DAY_MS } from "@bellwether/shared";
import type { SandboxClock } from "./clock.ts";
import { HubspotOauth } from "./hubspot-oauth.ts";
import { HubspotPortal } from "./hubspot-portal.ts";
import type { HubspotType } from "./hubspot-property-data.ts";
import { seedBook } from "./portfolio.ts";
import { Random } from "./random.ts";
import { ZendeskAccount } from "./zendesk-account.ts";
import { ZendeskOauth } from "./zendesk-oauth.ts";

const DEFAULT_ACCOUNTS = 85;
const APP_ID = 1_160_452;
const SUBDOMAIN = "acme";
/** The portal is older than the oldest customer. */
const PORTAL_AGE_MS = 5 * 365 * DAY_MS;
/** Ids of HubSpot records begin here, by type, so that one is never taken for another. */
const FIRST_IDS: Record<HubspotType, number> = {
  companies: 18_400_000_000,
  contacts: 29_100_000_000,
  deals: 31_700_000_000,
  tickets: 4_600_000_000,
  feedback_submissions: 52_300_000_000,
};

/** Records, tokens and the book of both platforms, before anything listens. */
export function makePlatforms(
  options: { seed: number; accounts?: number; portfolio?: "software-company" | "empty" },
  clock: SandboxClock,
) {
  const { seed } = options;
  const now = clock.now();
  const ids = new Random(seed, "ids");
  const createdAt = now.getTime() - PORTAL_AGE_MS;
  const portal = newPortal(clock, createdAt, ids, ids.int(20_000_000, 29_999_999));
  const other = newPortal(clock, createdAt, ids, ids.int(30_000_000, 39_999_999));
  const zendesk = new ZendeskAccount({ subdomain: SUBDOMAIN, clock, createdAt, firstId: 9_000_000_000 });
  const hubspotOauth = new HubspotOauth({
    clock,
    random: new Random(seed, "hubspot oauth"),
    appId: APP_ID,
    portalIds: [portal.portalId, other.portalId],
  });
  const zendeskOauth = new ZendeskOauth({ clock, random: new Random(seed, "zendesk oauth") });
  const count = options.portfolio === "empty" ? 0 : (options.accounts ?? DEFAULT_ACCOUNTS);
  const accounts = count === 0 ? [] : seedBook({ seed, now, count, portal, zendesk });
  return {
    portal,
    zendesk,
    hubspotOauth,
    zendeskOauth,
    accounts,
    credentials: {
      subdomain: SUBDOMAIN,
      hubspotAccessToken: hubspotOauth.privateAppToken(portal.portalId),
      zendeskAccessToken: zendeskOauth.fixedToken(),
      hubspotClientId: hubspotOauth.clientId,
      hubspotClientSecret: hubspotOauth.clientSecret,
      hubspotAppId: String(APP_ID),
      zendeskClientId: zendeskOauth.clientId,
      zendeskClientSecret: zendeskOauth.clientSecret,
    },
    second: {
      portal: other,
      accessToken: hubspotOauth.privateAppToken(other.portalId),
      companyId: seedOtherTenant(other, now.getTime()),
    },
  };
}

function newPortal(clock: SandboxClock, createdAt: number, ids: Random, portalId: number): HubspotPortal {
  const next = { ...FIRST_IDS };
  const nextId = (type: HubspotType): number => {
    next[type] += ids.int(3, 97);
    return next[type];
  };
  return new HubspotPortal({ portalId, clock, createdAt, nextId });
}

/** One customer of somebody else, with a person and a deal. */
function seedOtherTenant(portal: HubspotPortal, now: number): string {
  const at = { createdAt: now - 400 * DAY_MS };
  const company = portal.create(
    "companies",
    { name: "Tenebrook Ceramics", domain: "tenebrook-ceramics.example", lifecyclestage: "customer" },
    at,
  );
  const contact = portal.create(
    "contacts",
    { firstname: "Ottilie", lastname: "Marsh", email: "ottilie@tenebrook-ceramics.example" },
    at,
  );
  const deal = portal.create(
    "deals",
    { dealname: "Tenebrook: New business", dealstage: "closedwon", pipeline: "default" },
    at,
  );
  portal.link(contact, company, true);
  portal.link(deal, company, true);
  return company.id;
}
