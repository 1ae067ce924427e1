import type { RecordRef } from "@bellwether/shared";

/** A delivered event after its bytes were verified and parsed, before we know whose it is. */
export interface DeliveredEvent {
  /** HubSpot portal id; for Zendesk the connection is in the address. */
  externalId: string | null;
  /** The same event delivered twice has the same key. */
  key: string;
  type: string;
  occurredAt: Date;
  payload: unknown;
  /** Records to read again; empty for our own writes coming back and for kinds that are only counted. */
  refs: readonly RecordRef[];
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
  parse(rawBody: Buffer, actorId: string | null): DeliveredEvent[];
}

/** Checks the token of the Zendesk app; `true` proves the tenant and nothing more. */
export interface AppTokens {
  /** Unverified, only to find the secret. `null` = not a token. */
  subdomainOf(token: string): string | null;
  verify(token: string, expected: { secret: string; subdomain: string; now: Date }): Promise<boolean>;
}
