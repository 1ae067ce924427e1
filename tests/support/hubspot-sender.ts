import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

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

/**
 * A platform's side of "nothing lost": every delivery is sent again until it was answered 2xx, however often the
 * receiver dies, and every event that was ever sent is remembered.
 */
export class PersistentSender {
  readonly sent = new Set<number>();
  readonly #url: string;
  readonly #secret: string;
  readonly #open = new Set<Promise<void>>();
  #isAbandoned = false;

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  send(events: readonly SentEvent[]): void {
    for (const event of events) this.sent.add(event.eventId);
    const delivery = this.#untilAnswered(events).finally(() => this.#open.delete(delivery));
    this.#open.add(delivery);
  }

  /** All deliveries so far are answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  async #untilAnswered(events: readonly SentEvent[]): Promise<void> {
    for (let attemptNumber = 0; !this.#isAbandoned; attemptNumber++) {
      const body = JSON.stringify(events.map((event) => ({ ...event, attemptNumber })));
      const answer = await fetch(this.#url, {
        method: "POST",
        body,
        headers: hubspotHeaders(this.#url, body, this.#secret),
      }).catch(() => null); // killed under our hands
      if (answer?.ok) return;
      if (answer && answer.status < 500) throw new Error(`a good delivery was answered ${answer.status}`);
      await sleep(30);
    }
  }
}
