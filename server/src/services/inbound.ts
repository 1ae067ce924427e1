import type { RecordRef } from "@bellwether/shared";
import type { RecordFate, RejectedEvent } from "./ports.ts";

/** What an event means to us, after its bytes were verified and parsed. Its content stays in the delivery's body. */
export interface DeliveredEvent {
  /** The same event delivered twice has the same key. */
  key: string;
  /** Records to read again; empty for our own writes coming back and for kinds that are only counted. */
  refs: readonly RecordRef[];
  /** What it says once of records that are gone: merged into others, erased for good. */
  fates?: readonly RecordFate[];
  /** Absent = it can be used. */
  unusable?: RejectedEvent;
}

/** The events of one portal or account in one delivery, before we know whose it is. */
export interface Delivery {
  /** HubSpot portal id; for Zendesk the connection is in the address. */
  externalId: string | null;
  /** JSON in UTF-8: the bytes as received; where they speak of several portals, this one's part of them. */
  body: Buffer;
  events: readonly DeliveredEvent[];
}

export interface SignedBytes {
  method: string;
  /** As the sender called it: scheme, host, path and query. */
  url: string;
  rawBody: Buffer;
  signature: string | undefined;
  timestamp: string | undefined;
}

/** What the HTTP layer needs of a platform's deliveries; implemented by its adapter. */
export interface InboundPlatform {
  verify(request: SignedBytes, secret: string, now: Date): boolean;
  /** @throws {AppError} `request_invalid` naming what is wrong. */
  parse(rawBody: Buffer, actorId: string | null): Delivery[];
  /** Of a body that `parse` refused: what people may see of it, and the portals that it names, if any. */
  unreadable(rawBody: Buffer, reason: string): RejectedEvent & { externalIds: string[] };
}

/** Checks the token of the Zendesk app; `true` proves the tenant and nothing more. */
export interface AppTokens {
  /** Unverified, only to find the secret. `null` = not a token. */
  subdomainOf(token: string): string | null;
  verify(token: string, expected: { secret: string; subdomain: string; now: Date }): boolean;
}
