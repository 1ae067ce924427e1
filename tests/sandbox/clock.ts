/** Time of the sandbox: what it was given, and stamps that never repeat, so that "newer" is always decidable. */
export class SandboxClock {
  readonly #now: () => Date;
  #last = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  now(): Date {
    return this.#now();
  }

  ms(): number {
    return this.#now().getTime();
  }

  /** Milliseconds; the present one, or one more than the last stamp if the clock has not moved since. */
  stamp(): number {
    this.#last = Math.max(this.ms(), this.#last + 1);
    return this.#last;
  }
}

/** ISO 8601 with milliseconds, as HubSpot writes it. */
export const isoMs = (ms: number): string => new Date(ms).toISOString();
/** ISO 8601 in whole seconds, as Zendesk writes it. */
export const isoSeconds = (ms: number): string => `${isoMs(ms).slice(0, 19)}Z`;
export const isoDate = (ms: number): string => isoMs(ms).slice(0, 10);
