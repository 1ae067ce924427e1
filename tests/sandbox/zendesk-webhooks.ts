import { createHmac } from "node:crypto";
import { isoMs, isoSeconds, type SandboxClock } from "./clock.ts";
import type { Tampering } from "./hubspot-webhooks.ts";
import type { Random } from "./random.ts";
import type { Delivery, Parcel, WebhookSender } from "./webhook-sender.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { Organization, Ticket, User, Webhook, ZendeskChange } from "./zendesk-types.ts";

const EVENT_TYPE = "zen:event-type:";
const TIMEOUT_MS = 12_000;
const MAX_CONFLICT_RETRIES = 3;
const MAX_OTHER_RETRIES = 5;
/** A longer Retry-After is not waited for. */
const LONGEST_RETRY_AFTER_S = 60;
const CONFLICT_WAIT_MS = 1_000;

export interface ZendeskEnvelope {
  type: string;
  account_id: number;
  id: string;
  time: string;
  zendesk_event_version: string;
  subject: string;
  detail: Record<string, unknown>;
  event: Record<string, unknown>;
}

/** Zendesk's side of webhooks: one event per request, to each webhook that subscribes it. */
export class ZendeskWebhooks {
  readonly #account: ZendeskAccount;
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #sender: WebhookSender;
  /** Every event that had a subscriber, oldest first. */
  readonly events: { webhookId: string; envelope: ZendeskEnvelope }[] = [];

  constructor(deps: { account: ZendeskAccount; clock: SandboxClock; random: Random; sender: WebhookSender }) {
    this.#account = deps.account;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#sender = deps.sender;
  }

  take(changes: readonly ZendeskChange[]): void {
    for (const [i, change] of changes.entries()) {
      const type = `${EVENT_TYPE}${change.type}`;
      const subscribers = this.#account.webhooks.filter(
        ({ status, subscriptions }) => status === "active" && subscriptions.includes(type),
      );
      if (subscribers.length === 0) continue;
      const envelope = this.envelope(change, { position: i + 1, total: changes.length });
      for (const webhook of subscribers) {
        this.events.push({ webhookId: webhook.id, envelope });
        if (this.#sender.isLost(this.#random)) continue;
        this.#sender.enqueue(this.parcel(webhook, JSON.stringify(envelope)));
      }
    }
  }

  envelope(change: ZendeskChange, place: { position: number; total: number }): ZendeskEnvelope {
    const { kind, record } = change.subject;
    return {
      type: `${EVENT_TYPE}${change.type}`,
      account_id: this.#account.accountId,
      id: this.#random.uuid(),
      time: isoMs(this.#clock.ms()),
      zendesk_event_version: "2022-06-20",
      subject: `zen:${kind}:${record.id}`,
      detail: detailOf(change),
      event: { meta: { sequence: { id: this.#random.hex(24), ...place } }, ...change.event },
    };
  }

  /** Sends this body now, once per copy and without retries. @returns the last delivery */
  async deliver(webhook: Webhook, body: string, tampering: Tampering = {}): Promise<Delivery> {
    let last = await this.#sender.once(this.parcel(webhook, body, tampering));
    for (let copy = 1; copy < (tampering.copies ?? 1); copy++) {
      last = await this.#sender.once(this.parcel(webhook, body, tampering));
    }
    return last;
  }

  parcel(webhook: Webhook, body: string, tampering: Tampering = {}): Parcel {
    const kind = tampering.signature ?? "valid";
    const secret = kind === "wrong" ? `${webhook.signingSecret}x` : webhook.signingSecret;
    const invocation = this.#random.hex(26).toUpperCase();
    return {
      platform: "zendesk",
      url: webhook.endpoint,
      timeoutMs: TIMEOUT_MS,
      compose: () => {
        const timestamp = isoSeconds(this.#clock.ms() + (tampering.timestampOffsetMs ?? 0));
        const signature = createHmac("sha256", secret)
          .update(timestamp + body)
          .digest("base64");
        const headers = {
          ...webhook.customHeaders,
          "Content-Type": "application/json; charset=utf-8",
          "User-Agent": "Zendesk Webhook (sandbox)",
          "X-Zendesk-Account-Id": String(this.#account.accountId),
          "X-Zendesk-Webhook-Id": webhook.id,
          "X-Zendesk-Webhook-Invocation-Id": invocation,
          "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
          ...(kind !== "missing" && { "X-Zendesk-Webhook-Signature": signature }),
        };
        return { body, headers };
      },
      retryInMs,
    };
  }
}

/** 409 and timeouts are tried again, 429 and 503 only as the answer asks, everything else never. */
function retryInMs({ status, attempt, retryAfterS }: Delivery): number | null {
  if (status === 409) return attempt < MAX_CONFLICT_RETRIES ? CONFLICT_WAIT_MS : null;
  if (status === null) return attempt < MAX_OTHER_RETRIES ? CONFLICT_WAIT_MS * 2 ** attempt : null;
  if (status !== 429 && status !== 503) return null;
  const isWaitable = retryAfterS !== null && retryAfterS < LONGEST_RETRY_AFTER_S;
  return isWaitable && attempt < MAX_OTHER_RETRIES ? retryAfterS * 1000 : null;
}

const idText = (id: number | null) => (id === null ? null : String(id));

function detailOf({ subject, actorId }: ZendeskChange): Record<string, unknown> {
  if (subject.kind === "ticket") return ticketDetail(subject.record, actorId);
  return subject.kind === "organization" ? organizationDetail(subject.record) : userDetail(subject.record);
}

/** Ids are texts and enumerations upper case, unlike in the REST API. */
function ticketDetail(ticket: Ticket, actorId: number): Record<string, unknown> {
  return {
    id: String(ticket.id),
    actor_id: String(actorId),
    assignee_id: idText(ticket.assigneeId),
    created_at: isoSeconds(ticket.createdAt),
    description: ticket.description,
    external_id: null,
    is_public: true,
    organization_id: idText(ticket.organizationId),
    priority: ticket.priority?.toUpperCase() ?? null,
    requester_id: String(ticket.requesterId),
    status: ticket.status.toUpperCase(),
    subject: ticket.subject,
    submitter_id: String(ticket.requesterId),
    tags: [...ticket.tags],
    type: ticket.ticketType?.toUpperCase() ?? null,
    updated_at: isoSeconds(ticket.updatedAt),
    via: { channel: "web_service" },
  };
}

const organizationDetail = (organization: Organization): Record<string, unknown> => ({
  id: String(organization.id),
  name: organization.name,
  external_id: organization.externalId,
  group_id: "0",
  shared_comments: false,
  shared_tickets: false,
  created_at: isoSeconds(organization.createdAt),
  updated_at: isoSeconds(organization.updatedAt),
});

const userDetail = (user: User): Record<string, unknown> => ({
  id: String(user.id),
  email: user.email,
  role: user.role,
  organization_id: String(user.organizationId ?? 0),
  external_id: null,
  default_group_id: "0",
  created_at: isoSeconds(user.createdAt),
  updated_at: isoSeconds(user.updatedAt),
});
