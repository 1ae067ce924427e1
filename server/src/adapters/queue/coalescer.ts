interface Runs {
  underWay: Set<Promise<void>>;
  next: Promise<void> | null;
}

/**
 * At most so many runs per key at a time. Whoever asks while all are under way shares the next one: the runs under way
 * may have looked before their work was there.
 */
export class Coalescer {
  readonly #runs = new Map<string, Runs>();

  /** @param most runs of the key at once */
  run(key: string, work: () => Promise<void>, most = 1): Promise<void> {
    const runs = this.#runs.get(key) ?? { underWay: new Set(), next: null };
    this.#runs.set(key, runs);
    if (runs.next !== null) return runs.next;
    if (runs.underWay.size < most) return this.#begin(key, runs, work);
    runs.next = Promise.race(runs.underWay).then(
      () => this.#begin(key, runs, work),
      () => this.#begin(key, runs, work),
    );
    return runs.next;
  }

  #begin(key: string, runs: Runs, work: () => Promise<void>): Promise<void> {
    runs.next = null;
    const run = Promise.resolve().then(work);
    runs.underWay.add(run);
    const ended = (): void => {
      runs.underWay.delete(run);
      if (runs.underWay.size === 0 && runs.next === null) this.#runs.delete(key);
    };
    run.then(ended, ended);
    return run;
  }
}
