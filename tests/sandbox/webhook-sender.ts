import type { SandboxClock } from "./clock.ts";
import type { Random } from "./random.ts";
import type { SandboxPlatform } from "./types.ts";

/** One attempt to deliver; kept so that tests can compare what was acknowledged with what was stored. */
export interface Delivery {
  platform: SandboxPlatform;
  at: Date;
  url: string;
  /** The exact bytes that were signed. */
  body: string;
  headers: Record<string, string>;
  /** Counts from 0. */
  attempt: number;
  /** `null` = no answer in time or no connection. */
  status: number | null;
  /** Of the answer, in seconds; `null` = not said. */
  retryAfterS: number | null;
}

/** What is delivered; body and headers are made anew for each attempt, because both carry its number or time. */
export interface Parcel {
  platform: SandboxPlatform;
  url: string;
  timeoutMs: number;
  compose(attempt: number): { body: string; headers: Record<string, string> };
  /** @returns ms until the next attempt; `null` = given up */
  retryInMs(last: Delivery): number | null;
}

const MAX_CONCURRENT = 10;

/** Sends parcels, several at a time, and tries again as each platform's rules say. */
export class WebhookSender {
  readonly #clock: SandboxClock;
  readonly #retryScale: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopping = new AbortController();
  #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #idle: (() => void)[] = [];
  /** Share of events that are lost on the way out and never sent, 0–1. */
  lossRate = 0;
  /** Every attempt, oldest first. */
  readonly deliveries: Delivery[] = [];

  /** @param retryScale factor on all waiting before another attempt; tests take a small one */
  constructor(clock: SandboxClock, retryScale: number) {
    this.#clock = clock;
    this.#retryScale = retryScale;
  }

  /** Whether an event is lost before anything is sent, as it happens to the platforms now and then. */
  isLost(random: Random): boolean {
    return this.lossRate > 0 && random.chance(this.lossRate);
  }

  /** Delivers in the background, with retries. */
  enqueue(parcel: Parcel, attempt = 0): void {
    this.#waiting.push(async () => {
      const delivery = await this.once(parcel, attempt);
      const wait = delivery.status !== null && delivery.status < 300 ? null : parcel.retryInMs(delivery);
      if (wait === null || this.#stopping.signal.aborted) return;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.enqueue(parcel, attempt + 1);
      }, wait * this.#retryScale);
      this.#timers.add(timer);
    });
    this.#start();
  }

  /** One attempt, now. */
  async once(parcel: Parcel, attempt = 0): Promise<Delivery> {
    const { body, headers } = parcel.compose(attempt);
    const delivery: Delivery = {
      platform: parcel.platform,
      at: this.#clock.now(),
      url: parcel.url,
      body,
      headers,
      attempt,
      status: null,
      retryAfterS: null,
    };
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(parcel.timeoutMs)]);
      const answer = await fetch(parcel.url, { method: "POST", headers, body, signal, redirect: "manual" });
      await answer.arrayBuffer();
      delivery.status = answer.status;
      const retryAfter = answer.headers.get("retry-after");
      delivery.retryAfterS = retryAfter === null ? null : Number(retryAfter);
    } catch {
      delivery.status = null; // refused, cut or too slow: the same to a sender
    }
    this.deliveries.push(delivery);
    return delivery;
  }

  /** Resolves when nothing is being sent and nothing waits for another attempt. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting = [];
    this.#settle();
  }

  #isIdle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0 && this.#timers.size === 0;
  }

  #start(): void {
    while (this.#running < MAX_CONCURRENT && !this.#stopping.signal.aborted) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running += 1;
      void task().finally(() => {
        this.#running -= 1;
        this.#start();
        this.#settle();
      });
    }
  }

  #settle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
