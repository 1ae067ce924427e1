import { type Request, Router } from "express";
import { z } from "zod";
import { invalidBody, notFound, paged, parseBody, type ZendeskContext } from "./zendesk-context.ts";
import { presentWebhook } from "./zendesk-present.ts";
import type { Webhook } from "./zendesk-types.ts";

const CONDITIONAL = "conditional_ticket_events";
const webhookInput = z.object({
  name: z.string().min(1),
  status: z.enum(["active", "inactive"]),
  endpoint: z.url(),
  http_method: z.literal("POST"),
  request_format: z.literal("json"),
  subscriptions: z.array(z.string().regex(/^(zen:event-type:[a-z_.]+|conditional_ticket_events)$/)).min(1),
  custom_headers: z.record(z.string(), z.string()).nullish(),
});

/** Webhooks and their signing secrets. Mounted at `/api/v2/webhooks`. */
export function zendeskWebhookRoutes(context: ZendeskContext): Router {
  const router = Router();
  const { webhooks } = context.account;
  const secretOf = (webhook: Webhook) => ({
    signing_secret: { algorithm: "SHA256", secret: webhook.signingSecret },
  });
  router.get("/", (req, res) => res.json(paged(req, "webhooks", webhooks, ({ id }) => id, presentWebhook)));
  router.post("/", (req, res) => {
    const { webhook: input } = parseBody(z.object({ webhook: webhookInput }), req);
    const webhook = newWebhook(context, input);
    webhooks.push(webhook);
    note(context, webhook, "created");
    res.status(201).json({ webhook: presentWebhook(webhook) });
  });
  router.get("/:id", (req, res) => res.json({ webhook: presentWebhook(webhookIn(req, webhooks)) }));
  for (const method of ["patch", "put"] as const) {
    router[method]("/:id", (req, res) => {
      const webhook = webhookIn(req, webhooks);
      const { webhook: input } = parseBody(z.object({ webhook: webhookInput.partial() }), req);
      assertOneMode(input.subscriptions ?? webhook.subscriptions, webhook.subscriptions);
      webhook.name = input.name ?? webhook.name;
      webhook.status = input.status ?? webhook.status;
      webhook.endpoint = input.endpoint ?? webhook.endpoint;
      webhook.subscriptions = input.subscriptions ?? webhook.subscriptions;
      webhook.updatedAt = context.clock.stamp();
      note(context, webhook, "changed");
      res.status(204).end();
    });
  }
  router.delete("/:id", (req, res) => {
    const webhook = webhookIn(req, webhooks);
    webhooks.splice(webhooks.indexOf(webhook), 1);
    note(context, webhook, "deleted");
    res.status(204).end();
  });
  router.get("/:id/signing_secret", (req, res) => res.json(secretOf(webhookIn(req, webhooks))));
  router.post("/:id/signing_secret", (req, res) => {
    const webhook = webhookIn(req, webhooks);
    webhook.signingSecret = newSecret(context);
    res.status(201).json(secretOf(webhook));
  });
  return router;
}

const newSecret = (context: ZendeskContext): string =>
  Buffer.from(context.random.hex(48), "hex").toString("base64");

function newWebhook(context: ZendeskContext, input: z.infer<typeof webhookInput>): Webhook {
  assertOneMode(input.subscriptions, input.subscriptions);
  const at = context.clock.stamp();
  return {
    id: `01${context.random.hex(24).toUpperCase()}`,
    name: input.name,
    endpoint: input.endpoint,
    status: input.status,
    subscriptions: input.subscriptions,
    customHeaders: input.custom_headers ?? {},
    signingSecret: newSecret(context),
    createdAt: at,
    updatedAt: at,
  };
}

/** A webhook takes events or trigger conditions, never both, and stays what it was made as. */
function assertOneMode(wanted: readonly string[], present: readonly string[]): void {
  const modes = new Set([...wanted, ...present].map((subscription) => subscription === CONDITIONAL));
  if (modes.size > 1) throw invalidBody("Subscriptions: cannot mix events and conditional_ticket_events");
}

function webhookIn(req: Request, webhooks: readonly Webhook[]): Webhook {
  const webhook = webhooks.find(({ id }) => id === req.params["id"]);
  if (webhook === undefined) throw notFound();
  return webhook;
}

function note(context: ZendeskContext, webhook: Webhook, action: "created" | "changed" | "deleted"): void {
  context.recordDefinition({
    at: context.clock.now(),
    platform: "zendesk",
    tenant: context.account.subdomain,
    kind: "webhook",
    key: webhook.id,
    action,
  });
}
