import { type SandboxActions, sandboxActions } from "./actions.ts";
import { SandboxClock } from "./clock.ts";
import { type Deliver, deliverByHand } from "./deliver.ts";
import { Faults } from "./faults.ts";
import { listen } from "./http.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { hubspotApp } from "./hubspot-server.ts";
import { HubspotWebhooks, type HubspotWebhookTarget } from "./hubspot-webhooks.ts";
import { makePlatforms } from "./platforms.ts";
import { Random } from "./random.ts";
import {
  DEFAULT_LIMITS,
  type SandboxAccount,
  type SandboxDefinition,
  type SandboxLimits,
  type SandboxPlatform,
  type SandboxRequest,
  type SandboxWrite,
} from "./types.ts";
import { WebhookSender } from "./webhook-sender.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import { type ZendeskHappenings, zendeskHappenings } from "./zendesk-happenings.ts";
import { ZendeskJobs } from "./zendesk-jobs.ts";
import { zendeskApp } from "./zendesk-server.ts";
import { ZendeskWebhooks } from "./zendesk-webhooks.ts";

export type { ActionResult, SandboxActions } from "./actions.ts";
export type { Deliver } from "./deliver.ts";
export type { Fault, Faults } from "./faults.ts";
export type { HubspotEvent } from "./hubspot-events.ts";
export type { HubspotWebhookTarget, Tampering } from "./hubspot-webhooks.ts";
export type * from "./types.ts";
export type { Delivery } from "./webhook-sender.ts";
export type { ZendeskEnvelope } from "./zendesk-webhooks.ts";

export interface SandboxOptions {
  seed: number;
  /** Read at every request; the book reaches up to its first answer. */
  now: () => Date;
  /** 85 when absent. */
  accounts?: number;
  /** 0 or absent = any. */
  hubspotPort?: number;
  zendeskPort?: number;
  portfolio?: "software-company" | "empty";
  /** Which form of satisfaction surveys the Zendesk account has; `legacy` when absent. */
  csat?: "legacy" | "surveys";
  limits?: Partial<SandboxLimits>;
  /** Factor on all waiting between attempts to deliver; 1 when absent. */
  retryScale?: number;
}

export interface Sandbox {
  /** Origins on 127.0.0.1. */
  hubspotUrl: string;
  zendeskUrl: string;
  portalId: string;
  subdomain: string;
  /** Tokens that do not expire, as one company would use. */
  hubspotAccessToken: string;
  zendeskAccessToken: string;
  hubspotClientId: string;
  hubspotClientSecret: string;
  hubspotAppId: string;
  zendeskClientId: string;
  zendeskClientSecret: string;
  /** In the order of their HubSpot companies. */
  accounts: SandboxAccount[];
  /** Another HubSpot account on the same server. */
  secondPortal: { portalId: string; accessToken: string; companyId: string };
  /** The records behind the first portal and the Zendesk account, to read and to change. */
  hubspot: HubspotPortal;
  zendesk: ZendeskAccount;
  /** Deletions, merges and the like at Zendesk, with their events. */
  zendeskHappens: ZendeskHappenings;
  setHubspotWebhook(target: HubspotWebhookTarget): void;
  actions: SandboxActions;
  /** Record writes by API callers, oldest first. */
  writes: SandboxWrite[];
  /** @returns stops it */
  onWrite(listener: (write: SandboxWrite) => void): () => void;
  /** Properties, fields and webhooks that API callers made or changed. */
  definitions: SandboxDefinition[];
  requests: SandboxRequest[];
  faults: Faults;
  deliver: Deliver;
  /** Share of events that are never sent from now on, 0–1. */
  loseWebhooks(share: number): void;
  /** Makes all access tokens from OAuth expire now; refresh tokens stay good. */
  expireTokens(platform: SandboxPlatform): void;
  /** Takes the app out of the first portal, or all consent back: every token is refused from now on. */
  uninstall(platform: SandboxPlatform): void;
  stop(): Promise<void>;
}

/** Starts stand-ins for HubSpot and Zendesk. The same seed and time make the same book, ids and tokens. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = new SandboxClock(options.now);
  const random = (label: string) => new Random(options.seed, label);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const platforms = makePlatforms(options, clock);
  const { portal, second, zendesk, hubspotOauth, zendeskOauth, accounts } = platforms;
  const faults = new Faults(random("faults"));
  const sender = new WebhookSender(clock, options.retryScale ?? 1);
  const hubspotWebhooks = new HubspotWebhooks({ clock, random: random("hubspot webhooks"), sender });
  const zendeskWebhooks = new ZendeskWebhooks({
    account: zendesk,
    clock,
    random: random("zendesk webhooks"),
    sender,
  });
  for (const each of [portal, second.portal])
    each.onChange = (change) => hubspotWebhooks.take(each.portalId, change);
  zendesk.onChange = (changes) => zendeskWebhooks.take(changes);

  const book = new WriteBook();
  const shared = {
    clock,
    faults,
    limits,
    requests: book.requests,
    recordWrite: (write: SandboxWrite) => book.write(write),
    recordDefinition: (definition: SandboxDefinition) => book.definitions.push(definition),
    elapsedMs: () => performance.now(),
  };
  const correlation = random("correlation");
  const hubspotContext = {
    ...shared,
    portals: new Map([portal, second.portal].map((each) => [each.portalId, each])),
    oauth: hubspotOauth,
    appId: hubspotOauth.appId,
    correlationId: () => correlation.uuid(),
  };
  const jobIds = random("jobs");
  const jobs = new ZendeskJobs({
    newId: () => jobIds.hex(32),
    stepMs: limits.zendeskJobStepMs,
    maxOpen: limits.zendeskOpenJobs,
  });
  const csat = options.csat ?? "legacy";
  const zendeskContext = {
    ...shared,
    account: zendesk,
    oauth: zendeskOauth,
    random: random("zendesk api"),
    csat,
  };

  const hubspotServer = await listen(hubspotApp(hubspotContext), options.hubspotPort ?? 0);
  const zendeskServer = await listen(zendeskApp(zendeskContext, jobs), options.zendeskPort ?? 0).catch(
    async (error: unknown) => {
      await hubspotServer.close();
      throw error;
    },
  );
  const portalId = String(portal.portalId);
  const secondPortal = {
    portalId: String(second.portal.portalId),
    accessToken: second.accessToken,
    companyId: second.companyId,
  };
  const firstCompany = accounts[0]?.hubspotCompanyId;
  return {
    ...platforms.credentials,
    hubspotUrl: hubspotServer.origin,
    zendeskUrl: zendeskServer.origin,
    portalId,
    accounts,
    secondPortal,
    hubspot: portal,
    zendesk,
    zendeskHappens: zendeskHappenings(zendesk, clock),
    setHubspotWebhook: (target) => hubspotWebhooks.setTarget(target),
    actions: sandboxActions({ accounts, portal, zendesk, clock }),
    writes: book.writes,
    onWrite: (listener) => book.listen(listener),
    definitions: book.definitions,
    requests: book.requests,
    faults,
    deliver: deliverByHand({
      hubspot: hubspotWebhooks,
      zendesk: zendeskWebhooks,
      account: zendesk,
      sender,
      companies: [
        ...(firstCompany === undefined ? [] : [{ portalId, companyId: firstCompany }]),
        secondPortal,
      ],
    }),
    loseWebhooks: (share) => {
      sender.lossRate = share;
    },
    expireTokens: (platform) => (platform === "hubspot" ? hubspotOauth : zendeskOauth).expireTokens(),
    uninstall: (platform) =>
      platform === "hubspot" ? hubspotOauth.uninstall(portal.portalId) : zendeskOauth.revokeAll(),
    stop: async () => {
      hubspotWebhooks.stop();
      sender.stop();
      jobs.stop();
      await Promise.all([hubspotServer.close(), zendeskServer.close()]);
    },
  };
}

/** What API callers did. */
class WriteBook {
  readonly writes: SandboxWrite[] = [];
  readonly definitions: SandboxDefinition[] = [];
  readonly requests: SandboxRequest[] = [];
  readonly #listeners = new Set<(write: SandboxWrite) => void>();

  write(write: SandboxWrite): void {
    this.writes.push(write);
    for (const listener of this.#listeners) listener(write);
  }

  listen(listener: (write: SandboxWrite) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
