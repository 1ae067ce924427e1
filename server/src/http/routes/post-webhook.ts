import { connectionId, type Platform, type TenantId } from "@bellwether/shared";
import type { RequestHandler, Response } from "express";
import { AppError } from "../../services/errors.ts";
import type { Delivery } from "../../services/inbound.ts";
import { parkUnreadable } from "../../services/park-unreadable.ts";
import { type TakenIn, takeInHubspotEvents, takeInZendeskEvents } from "../../services/take-in-events.ts";
import type { FrontDeps } from "../deps.ts";
import { requireHubspotSignature, zendeskSignedBytes } from "../middleware/signed-request.ts";

/** Verify, store, enqueue, answer; everything else happens in jobs. */
export function postHubspotWebhook(deps: FrontDeps): RequestHandler {
  return async (req, res) => {
    const rawBody = requireHubspotSignature(deps, req);
    const delivered = await readable(deps, "hubspot", rawBody, null, () => deps.hubspot.parse(rawBody, null));
    acknowledge(res, await takeInHubspotEvents(deps, delivered));
  };
}

export function postZendeskWebhook(deps: FrontDeps): RequestHandler {
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
    const delivered = await readable(deps, "zendesk", signed.rawBody, connection.tenantId, () =>
      deps.zendesk.parse(signed.rawBody, connection.config.actorId),
    );
    acknowledge(res, await takeInZendeskEvents(deps, connection, delivered));
  };
}

/** Without what `res.json` looks up, compares and parses for an answer of any kind. */
function acknowledge(res: Response, taken: TakenIn): void {
  res.statusCode = 202;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.end(JSON.stringify(taken));
}

/** What was signed and cannot be read is refused, and kept for people to look at. */
async function readable(
  deps: FrontDeps,
  platform: Platform,
  rawBody: Buffer,
  tenant: TenantId | null,
  parse: () => Delivery[],
): Promise<Delivery[]> {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AppError)
      await parkUnreadable(deps, platform, deps[platform].unreadable(rawBody, error.message), tenant);
    throw error;
  }
}
