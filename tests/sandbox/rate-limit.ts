/** Sliding window over real time, since that is what a client's waiting is measured in. */
export class RateWindow {
  readonly max: number;
  readonly windowMs: number;
  readonly #elapsedMs: () => number;
  #taken: number[] = [];

  constructor(max: number, windowMs: number, elapsedMs: () => number) {
    this.max = max;
    this.windowMs = windowMs;
    this.#elapsedMs = elapsedMs;
  }

  /** @returns whether the request is within the limit; refused ones do not count */
  take(): boolean {
    this.#forget();
    if (this.#taken.length >= this.max) return false;
    this.#taken.push(this.#elapsedMs());
    return true;
  }

  get remaining(): number {
    this.#forget();
    return this.max - this.#taken.length;
  }

  /** Until the oldest request leaves the window; 0 when one is free now. */
  get waitMs(): number {
    this.#forget();
    const oldest = this.#taken[0];
    return this.#taken.length < this.max || oldest === undefined
      ? 0
      : oldest + this.windowMs - this.#elapsedMs();
  }

  #forget(): void {
    const start = this.#elapsedMs() - this.windowMs;
    this.#taken = this.#taken.filter((at) => at > start);
  }
}
