import type { Request } from "express";
import { AppError } from "../../services/errors.ts";
import type { SignedBytes } from "../../services/inbound.ts";
import type { HttpDeps } from "../deps.ts";

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

/** The address as the sender called it. Behind a proxy that is PUBLIC_URL; forwarded headers are never believed. */
export const calledUrl = (publicUrl: string | null, req: Request): string =>
  `${publicUrl ?? `${req.protocol}://${req.headers.host ?? "localhost"}`}${req.originalUrl}`;

const rawBodyOf = (req: Request): Buffer => (Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));

/** A header sent twice arrives joined by a comma, which no signature matches. */
export const hubspotSignedBytes = (publicUrl: string | null, req: Request): SignedBytes => ({
  method: req.method,
  url: calledUrl(publicUrl, req),
  rawBody: rawBodyOf(req),
  signature: single(req.headers["x-hubspot-signature-v3"]),
  timestamp: single(req.headers["x-hubspot-request-timestamp"]),
});

export const zendeskSignedBytes = (req: Request): SignedBytes => ({
  method: req.method,
  url: req.originalUrl,
  rawBody: rawBodyOf(req),
  signature: single(req.headers["x-zendesk-webhook-signature"]),
  timestamp: single(req.headers["x-zendesk-webhook-signature-timestamp"]),
});

/** @throws {AppError} `signature_invalid`; without a configured secret too */
export function requireHubspotSignature(
  deps: Pick<HttpDeps, "settings" | "hubspot" | "clock">,
  req: Request,
): Buffer {
  const secret = deps.settings.hubspotClientSecret;
  const signed = hubspotSignedBytes(deps.settings.publicUrl, req);
  if (secret === null || !deps.hubspot.verify(signed, secret, deps.clock.now()))
    throw new AppError("signature_invalid", "The request's HubSpot signature is missing, wrong or too old.");
  return signed.rawBody;
}
