import type { ConnectionId } from "@bellwether/shared";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { ZendeskClient } from "./client.ts";
import { listAll } from "./paging.ts";
import { readRows } from "./rest-rows.ts";

/**
 * Events that change what we read. Changes of custom fields and tags are left out, because our own writes would come
 * back as such: what mapped fields and tags say is read with the ticket's next event, or by the catch-up within ten
 * minutes.
 */
export const WEBHOOK_SUBSCRIPTIONS: readonly string[] = [
  ...[
    "created",
    "status_changed",
    "priority_changed",
    "comment_added",
    "organization_changed",
    "requester_changed",
    "merged",
    "soft_deleted",
    "permanently_deleted",
    "undeleted",
    "marked_as_spam",
  ].map((name) => `ticket.${name}`),
  ...["created", "deleted", "name_changed", "external_id_changed"].map((name) => `organization.${name}`),
  ...[
    "created",
    "deleted",
    "merged",
    "active_changed",
    "organization_membership_created",
    "organization_membership_deleted",
  ].map((name) => `user.${name}`),
].map((name) => `zen:event-type:${name}`);
/** Not in every account's list of event types; one unknown type makes Zendesk refuse the whole webhook. */
const OPTIONAL_SUBSCRIPTIONS = ["zen:event-type:ticket.csat_received"] as const;

const webhookRow = z.object({
  id: z.string(),
  endpoint: z.string(),
  status: z.string().catch(""),
  subscriptions: z.array(z.string()).catch([]),
});
type WebhookRow = z.infer<typeof webhookRow>;

export interface WebhookTarget {
  /** Origin under which Zendesk reaches us. */
  publicUrl: string;
  connectionId: ConnectionId;
  /** As stored when it was made. */
  knownId: string | null;
}

/**
 * Finds or makes the webhook that delivers to this connection, and reads the secret it signs with.
 * @throws {PlatformError} `forbidden` when the token's user may not manage webhooks
 */
export async function provisionWebhook(
  client: ZendeskClient,
  target: WebhookTarget,
): Promise<{ webhookId: string; webhookSecret: string }> {
  const endpoint = new URL(`/webhooks/zendesk/${target.connectionId}`, target.publicUrl).href;
  const { rows } = readRows(webhookRow, await listAll(client, ["webhooks"], "webhooks"));
  const existing = findOurs(rows, target, endpoint);
  const webhookId = existing?.id ?? (await createWebhook(client, endpoint));
  if (existing && !isInOrder(existing, endpoint)) await repairWebhook(client, existing.id, endpoint);
  const answer = await client.get(
    ["webhooks", webhookId, "signing_secret"],
    z.object({ signing_secret: z.object({ secret: z.string().min(1) }) }),
  );
  return { webhookId, webhookSecret: answer.signing_secret.secret };
}

/**
 * Ours by its endpoint; or by its id or the connection in its endpoint, when our public address has changed; or one
 * of this server's for a connection that is gone. A webhook of another server, say a test system on the same
 * account, is left alone.
 */
function findOurs(
  rows: readonly WebhookRow[],
  target: WebhookTarget,
  endpoint: string,
): WebhookRow | undefined {
  const path = new URL(endpoint).pathname;
  const parsed = rows.map((row) => ({ row, url: URL.parse(row.endpoint) }));
  const isZendeskRoute = (url: URL | null) =>
    url !== null && /^\/webhooks\/zendesk\/[^/]+$/.test(url.pathname);
  return (
    rows.find((row) => row.endpoint === endpoint) ??
    parsed.find(
      ({ row, url }) => url?.pathname === path || (row.id === target.knownId && isZendeskRoute(url)),
    )?.row ??
    parsed.find(({ url }) => url?.origin === new URL(endpoint).origin && isZendeskRoute(url))?.row
  );
}

const isInOrder = (row: WebhookRow, endpoint: string): boolean =>
  row.endpoint === endpoint &&
  row.status === "active" &&
  WEBHOOK_SUBSCRIPTIONS.every((type) => row.subscriptions.includes(type));

const definition = (endpoint: string, subscriptions: readonly string[]) => ({
  name: "Bellwether",
  status: "active",
  endpoint,
  http_method: "POST",
  request_format: "json",
  subscriptions,
});

/** @param save is called again without the optional events when Zendesk does not know them */
async function withSubscriptions<T>(save: (subscriptions: readonly string[]) => Promise<T>): Promise<T> {
  try {
    return await save([...WEBHOOK_SUBSCRIPTIONS, ...OPTIONAL_SUBSCRIPTIONS]);
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.status !== 400 && error.status !== 422)) throw error;
    return save(WEBHOOK_SUBSCRIPTIONS);
  }
}

function createWebhook(client: ZendeskClient, endpoint: string): Promise<string> {
  return withSubscriptions(async (subscriptions) => {
    const answer = await client.post(
      ["webhooks"],
      { webhook: definition(endpoint, subscriptions) },
      z.object({ webhook: z.object({ id: z.string() }) }),
    );
    return answer.webhook.id;
  });
}

/** The answer is empty. */
const repairWebhook = (client: ZendeskClient, webhookId: string, endpoint: string) =>
  withSubscriptions((subscriptions) =>
    client.patch(["webhooks", webhookId], { webhook: definition(endpoint, subscriptions) }, z.unknown()),
  );
