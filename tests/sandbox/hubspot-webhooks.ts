import { createHash, createHmac } from "node:crypto";
import type { SandboxClock } from "./clock.ts";
import { singular } from "./hubspot-context.ts";
import { type EventFamily, eventOf, type HubspotEvent } from "./hubspot-events.ts";
import type { HubspotChange } from "./hubspot-record.ts";
import type { Random } from "./random.ts";
import type { Delivery, Parcel, WebhookSender } from "./webhook-sender.ts";

/** Where HubSpot delivers to; in the real platform a part of the app's project. */
export interface HubspotWebhookTarget {
  url: string;
  clientSecret: string;
  appId: number;
  /** What is subscribed; everything when absent. `propertyName` narrows a `….propertyChange`. */
  subscriptions?: readonly { subscriptionType: string; objectType?: string; propertyName?: string }[];
  /** `generic` when absent, which is what projects of platform 2025.2 and later subscribe. */
  family?: EventFamily;
  /** Whether API writes to our own properties come back as events, as if they were subscribed. */
  echoOwnWrites?: boolean;
}

/** Ways to spoil a delivery. */
export interface Tampering {
  signature?: "valid" | "wrong" | "missing";
  /** Added to the present for the signed time; −600,000 is ten minutes old. */
  timestampOffsetMs?: number;
  /** How often it is sent; once when absent. */
  copies?: number;
  /** Whether the events of an array come in another order. */
  shuffle?: boolean;
}

const MAX_EVENTS = 100;
const TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 10;
/** Changes within this time go out together. */
const GATHER_MS = 5;
const OWN_PREFIX = "bellwether_";
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** HubSpot's side of webhooks: events gathered to arrays, signed v3 (and v1), repeated until acknowledged. */
export class HubspotWebhooks {
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #sender: WebhookSender;
  #target: HubspotWebhookTarget | null = null;
  #gathered: HubspotEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Every event that was due, oldest first. */
  readonly events: HubspotEvent[] = [];

  constructor(deps: { clock: SandboxClock; random: Random; sender: WebhookSender }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#sender = deps.sender;
  }

  setTarget(target: HubspotWebhookTarget): void {
    this.#target = target;
  }

  /** Takes a change of a portal; delivered shortly if it is subscribed. */
  take(portalId: number, change: HubspotChange): void {
    const target = this.#target;
    if (target === null) return;
    const event = eventOf(change, target.family ?? "generic", this.stamp(portalId));
    if (event === null || !isSubscribed(target, event, change)) return;
    this.events.push(event);
    if (this.#sender.isLost(this.#random)) return;
    this.#gathered.push(event);
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  stamp(portalId: number) {
    return {
      eventId: this.#random.int(100_000_000, 4_200_000_000),
      portalId,
      appId: this.#target?.appId ?? 0,
      occurredAt: this.#clock.ms(),
    };
  }

  /** Sends what is gathered at once. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#gathered.splice(0);
    for (let i = 0; i < events.length; i += MAX_EVENTS) {
      this.#sender.enqueue(this.parcel(events.slice(i, i + MAX_EVENTS)));
    }
  }

  /** Sends these events now, once per copy and without retries. @returns the last delivery */
  async deliver(events: readonly HubspotEvent[], tampering: Tampering = {}): Promise<Delivery> {
    const parcel = () =>
      this.parcel(tampering.shuffle === true ? this.#random.shuffle(events) : events, tampering);
    let last = await this.#sender.once(parcel());
    for (let copy = 1; copy < (tampering.copies ?? 1); copy++) last = await this.#sender.once(parcel());
    return last;
  }

  /** Forgets what is gathered. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#gathered = [];
  }

  parcel(events: readonly HubspotEvent[], tampering: Tampering = {}): Parcel {
    const target = this.#target;
    if (target === null) throw new Error("setHubspotWebhook comes first");
    return {
      platform: "hubspot",
      url: target.url,
      timeoutMs: TIMEOUT_MS,
      compose: (attempt) => {
        const body = JSON.stringify(events.map((event) => ({ ...event, attemptNumber: attempt })));
        const timestamp = String(this.#clock.ms() + (tampering.timestampOffsetMs ?? 0));
        return { body, headers: this.#headers(target, body, timestamp, tampering.signature ?? "valid") };
      },
      retryInMs: ({ attempt }) => {
        if (attempt + 1 >= MAX_ATTEMPTS) return null;
        // The platform spreads its tries over a day; here the whole series takes some minutes.
        return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * this.#random.between(0.8, 1.2);
      },
    };
  }

  #headers(
    target: HubspotWebhookTarget,
    body: string,
    timestamp: string,
    kind: "valid" | "wrong" | "missing",
  ): Record<string, string> {
    const secret = kind === "wrong" ? `${target.clientSecret}x` : target.clientSecret;
    const signature = createHmac("sha256", secret)
      .update(`POST${target.url}${body}${timestamp}`)
      .digest("base64");
    return {
      "Content-Type": "application/json",
      "User-Agent": "HubSpot Connect 2.0 (sandbox)",
      "X-HubSpot-Signature": createHash("sha256")
        .update(secret + body)
        .digest("hex"),
      "X-HubSpot-Signature-Version": "v1",
      "X-HubSpot-Request-Timestamp": timestamp,
      ...(kind !== "missing" && { "X-HubSpot-Signature-v3": signature }),
    };
  }
}

function isSubscribed(target: HubspotWebhookTarget, event: HubspotEvent, change: HubspotChange): boolean {
  const property = change.kind === "propertyChange" ? change.property : null;
  if (target.subscriptions !== undefined) {
    return target.subscriptions.some(
      ({ subscriptionType, objectType, propertyName }) =>
        subscriptionType === event.subscriptionType &&
        (objectType === undefined || singular(change.record.type) === objectType.toLowerCase()) &&
        (property === null || propertyName === undefined || propertyName === property),
    );
  }
  return property === null || !property.startsWith(OWN_PREFIX) || target.echoOwnWrites === true;
}
