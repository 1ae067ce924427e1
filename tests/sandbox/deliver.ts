import type { HubspotEvent } from "./hubspot-events.ts";
import type { HubspotWebhooks, Tampering } from "./hubspot-webhooks.ts";
import type { Delivery, WebhookSender } from "./webhook-sender.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { ZendeskEnvelope, ZendeskWebhooks } from "./zendesk-webhooks.ts";

/** Deliveries by hand: again, in another order, several times, badly signed, late. None of these is tried again. */
export interface Deliver {
  /** Every attempt so far, oldest first, by hand and by itself. */
  readonly log: readonly Delivery[];
  /** Every event that was due, oldest first. */
  readonly hubspotEvents: readonly HubspotEvent[];
  readonly zendeskEvents: readonly { webhookId: string; envelope: ZendeskEnvelope }[];
  /** Any events, in one array. */
  hubspot(events: readonly HubspotEvent[], tampering?: Tampering): Promise<Delivery>;
  /** To the newest active webhook. @throws {Error} when there is none */
  zendesk(envelope: ZendeskEnvelope, tampering?: Tampering): Promise<Delivery>;
  /** The same events with a fresh time and signature; the last delivery when none is given. */
  redeliver(last?: Delivery, tampering?: Tampering): Promise<Delivery>;
  /** One array with an event of each portal about its first company. */
  mixedPortals(tampering?: Tampering): Promise<Delivery>;
  /** An event about a record that says nothing new. */
  hubspotEvent(portalId: string, details: Partial<HubspotEvent>): HubspotEvent;
  /** Resolves when no delivery is under way or waits for another attempt. */
  idle(): Promise<void>;
}

export interface DeliverDeps {
  hubspot: HubspotWebhooks;
  zendesk: ZendeskWebhooks;
  account: ZendeskAccount;
  sender: WebhookSender;
  /** Portal and company of each tenant. */
  companies: readonly { portalId: string; companyId: string }[];
}

export function deliverByHand(deps: DeliverDeps): Deliver {
  const { hubspot, sender } = deps;
  const hubspotEvent = (portalId: string, details: Partial<HubspotEvent>): HubspotEvent => ({
    ...hubspot.stamp(Number(portalId)),
    subscriptionId: 1_000_001,
    subscriptionType: "object.propertyChange",
    attemptNumber: 0,
    objectId: 0,
    objectTypeId: "0-2",
    changeSource: "CRM_UI",
    sourceId: "userId:71",
    ...details,
  });
  const sendZendesk = (webhookId: string | null, body: string, tampering?: Tampering) => {
    const active = deps.account.webhooks.filter(({ status }) => status === "active");
    const webhook = active.find(({ id }) => id === webhookId) ?? active.at(-1);
    if (webhook === undefined) throw new Error("Zendesk has no active webhook");
    return deps.zendesk.deliver(webhook, body, tampering);
  };
  return {
    log: sender.deliveries,
    hubspotEvents: hubspot.events,
    zendeskEvents: deps.zendesk.events,
    hubspotEvent,
    hubspot: (events, tampering) => hubspot.deliver(events, tampering),
    zendesk: async (envelope, tampering) => sendZendesk(null, JSON.stringify(envelope), tampering),
    redeliver: async (last = sender.deliveries.at(-1), tampering) => {
      if (last === undefined) throw new Error("nothing has been delivered yet");
      if (last.platform === "hubspot")
        return hubspot.deliver(JSON.parse(last.body) as HubspotEvent[], tampering);
      return sendZendesk(last.headers["X-Zendesk-Webhook-Id"] ?? null, last.body, tampering);
    },
    mixedPortals: (tampering) => {
      const events = deps.companies.map(({ portalId, companyId }) =>
        hubspotEvent(portalId, {
          objectId: Number(companyId),
          propertyName: "industry",
          propertyValue: "OTHER",
        }),
      );
      return hubspot.deliver(events, tampering);
    },
    idle: async () => {
      hubspot.flush();
      await sender.idle();
    },
  };
}
