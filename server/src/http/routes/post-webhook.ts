import { connectionId } from "@bellwether/shared";
import type { RequestHandler } from "express";
import { AppError } from "../../services/errors.ts";
import { takeInHubspotEvents, takeInZendeskEvents } from "../../services/take-in-events.ts";
import type { HttpDeps } from "../deps.ts";
import { requireHubspotSignature, zendeskSignedBytes } from "../middleware/signed-request.ts";

/** Verify, store, enqueue, answer; everything else happens in jobs. */
export function postHubspotWebhook(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const rawBody = requireHubspotSignature(deps, req);
    const taken = await takeInHubspotEvents(deps, deps.hubspot.parse(rawBody, null));
    res.status(202).json(taken);
  };
}

export function postZendeskWebhook(deps: HttpDeps): RequestHandler {
  return async (req, res) => {
    const id = connectionId.safeParse(req.params["connectionId"]);
    const found = id.success ? await deps.directory.byId(id.data) : null;
    if (found?.connection.platform !== "zendesk")
      throw new AppError("connection_unknown", "This Zendesk connection is not known here.");
    const { connection, secrets } = found;
    const signed = zendeskSignedBytes(req);
    // its webhook was made a moment ago: a 401 would be final for Zendesk, this one it sends again
    if (secrets.webhookSecret === null)
      throw new AppError("unavailable", "This Zendesk connection is still being set up.");
    if (!deps.zendesk.verify(signed, secrets.webhookSecret, deps.clock.now()))
      throw new AppError(
        "signature_invalid",
        "The request's Zendesk signature is missing, wrong or too old.",
      );
    let delivered: ReturnType<typeof deps.zendesk.parse>;
    try {
      delivered = deps.zendesk.parse(signed.rawBody, connection.config.actorId);
    } catch (error) {
      await deps.events.countRejected(connection.tenantId, "zendesk", 1);
      throw error;
    }
    res.status(202).json(await takeInZendeskEvents(deps, connection, delivered));
  };
}
