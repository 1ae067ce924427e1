/**
 * At most one run per key at a time. Whoever asks while one is under way shares the next one: the run under way may
 * have looked before their work was there.
 */
export class Coalescer {
  readonly #runs = new Map<string, { current: Promise<void>; next: Promise<void> | null }>();

  run(key: string, work: () => Promise<void>): Promise<void> {
    const known = this.#runs.get(key);
    if (!known) return this.#begin(key, work);
    known.next ??= known.current.then(
      () => this.#begin(key, work),
      () => this.#begin(key, work),
    );
    return known.next;
  }

  #begin(key: string, work: () => Promise<void>): Promise<void> {
    const run = { current: Promise.resolve().then(work), next: null };
    this.#runs.set(key, run);
    const forget = (): void => {
      if (this.#runs.get(key) === run && run.next === null) this.#runs.delete(key);
    };
    run.current.then(forget, forget);
    return run.current;
  }
}
