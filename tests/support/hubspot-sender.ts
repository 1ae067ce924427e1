import { createHmac } from "node:crypto";

export interface SentEvent {
  eventId: number;
  portalId: number;
  objectId: number;
  occurredAt: number;
  subscriptionType: string;
  propertyName?: string;
  propertyValue?: string;
}

/** Signed headers as HubSpot sends them (v3: method, address, body and time under the client secret). */
export function hubspotHeaders(
  url: string,
  body: string,
  secret: string,
  stamp = Date.now(),
): Record<string, string> {
  const signature = createHmac("sha256", secret).update(`POST${url}${body}${stamp}`, "utf8").digest("base64");
  return {
    "content-type": "application/json",
    "x-hubspot-signature-v3": signature,
    "x-hubspot-request-timestamp": String(stamp),
  };
}
