import { createHmac, timingSafeEqual } from "node:crypto";
import { MINUTE_MS } from "@bellwether/shared";

/** Oldest and newest timestamp that is accepted, either side of now: a captured delivery cannot be sent again later. */
export const SIGNATURE_TOLERANCE_MS = 5 * MINUTE_MS;

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

export interface SignedZendeskDelivery {
  /** As Zendesk shows it; used as it is, although it looks like base64. */
  secret: string;
  /** The bytes as they came, before anything has parsed them. */
  rawBody: Buffer;
  /** `X-Zendesk-Webhook-Signature`; a repeated header (an array) is refused. */
  signature: string | readonly string[] | undefined;
  /** `X-Zendesk-Webhook-Signature-Timestamp`, ISO 8601. */
  timestamp: string | readonly string[] | undefined;
  now: Date;
}

/** Whether Zendesk signed exactly these bytes within the last minutes. Fails closed, also without a secret. */
export function verifyZendeskSignature(delivery: SignedZendeskDelivery): boolean {
  const { secret, rawBody, signature, timestamp, now } = delivery;
  if (secret === "" || typeof signature !== "string" || typeof timestamp !== "string") return false;
  if (!ISO_INSTANT.test(timestamp)) return false;
  const ageMs = now.getTime() - Date.parse(timestamp);
  if (!(Math.abs(ageMs) <= SIGNATURE_TOLERANCE_MS)) return false; // also false for a date that does not exist
  const expected = Buffer.from(
    createHmac("sha256", secret).update(timestamp).update(rawBody).digest("base64"),
  );
  // The text is compared, not the decoded bytes: one digest has several base64 spellings.
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
