import type { Clock } from "../../services/ports.ts";

export interface SenderLimits {
  /** Source: Segment's HTTP API, "Rate limits": 1,000 requests a second. Per process. */
  requestsPerSecond: number;
  /** Events of one key that may wait for the database; the others have their share, too. */
  eventsWaiting: number;
}
export const SENDER_LIMITS: SenderLimits = { requestsPerSecond: 1_000, eventsWaiting: 20_000 };

/** How much each sender asks of this process. */
export class SenderLoad {
  readonly #limits: SenderLimits;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, number>();
  #requests = new Map<string, number>();
  #second = 0;

  constructor(limits: SenderLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts a request. @returns whether it is within the limit */
  mayAsk(sender: string): boolean {
    const second = Math.floor(this.#clock.now().getTime() / 1000);
    if (second !== this.#second) this.#requests = new Map();
    this.#second = second;
    const requests = (this.#requests.get(sender) ?? 0) + 1;
    this.#requests.set(sender, requests);
    return requests <= this.#limits.requestsPerSecond;
  }

  /** Runs `work` while its events wait; a sender with none waiting may always bring a whole request. @returns whether it ran */
  async carry(sender: string, events: number, work: () => Promise<void>): Promise<boolean> {
    const waiting = this.#waiting.get(sender) ?? 0;
    if (waiting > 0 && waiting + events > this.#limits.eventsWaiting) return false;
    this.#waiting.set(sender, waiting + events);
    try {
      await work();
      return true;
    } finally {
      const left = (this.#waiting.get(sender) ?? 0) - events;
      if (left > 0) this.#waiting.set(sender, left);
      else this.#waiting.delete(sender);
    }
  }
}
