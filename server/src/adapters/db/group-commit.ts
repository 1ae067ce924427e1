import { AppError } from "../../services/errors.ts";

interface Call<In, Out> {
  items: readonly In[];
  weight: number;
  resolve: (results: Out[]) => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<In, Out> {
  /** One transaction; a result per item, in order. */
  commit: (items: readonly In[]) => Promise<Out[]>;
  /** Transactions under way at once. */
  lanes: number;
  /** Begins them at the end of the turn of the event loop: calls of requests that were read together share one. */
  gathers?: boolean;
  /** How much an item is of the limits below; absent = 1. */
  weightOf?: (item: In) => number;
  /** Weight per transaction, except that a call is never split. */
  maxItems: number;
  /** Weight that may wait; beyond that calls are refused as `unavailable`. */
  maxWaiting: number;
}

/**
 * Lets calls that arrive while a transaction runs share the next one. A group that fails is tried again call by
 * call, so that what one caller brought cannot fail the others.
 */
export class GroupCommit<In, Out> {
  readonly #options: GroupCommitOptions<In, Out>;
  #waiting: Call<In, Out>[] = [];
  #waitingWeight = 0;
  #running = 0;
  #soon: NodeJS.Immediate | undefined;

  constructor(options: GroupCommitOptions<In, Out>) {
    this.#options = options;
  }

  add(items: readonly In[]): Promise<Out[]> {
    const { weightOf, maxWaiting } = this.#options;
    const weight = weightOf ? items.reduce((sum, item) => sum + weightOf(item), 0) : items.length;
    if (this.#waitingWeight + weight > maxWaiting)
      return Promise.reject(new AppError("unavailable", "too much is waiting for the database"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, weight, resolve, reject });
      this.#waitingWeight += weight;
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= this.#options.lanes || this.#waiting.length === 0) return;
    if (this.#options.gathers) this.#soon ??= setImmediate(() => this.#begin());
    else this.#begin();
  }

  #begin(): void {
    this.#soon = undefined;
    this.#running++;
    const group = this.#take();
    this.#settle(group).finally(() => {
      this.#running--;
      this.#next();
    });
    this.#next(); // what did not fit
  }

  #take(): Call<In, Out>[] {
    let weight = 0;
    const end = this.#waiting.findIndex((call, i) => {
      weight += call.weight;
      return i > 0 && weight > this.#options.maxItems;
    });
    const group = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    this.#waitingWeight -= group.reduce((sum, call) => sum + call.weight, 0);
    return group;
  }

  async #settle(group: readonly Call<In, Out>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.flatMap((call) => call.items));
      let start = 0;
      for (const call of group) {
        call.resolve(results.slice(start, start + call.items.length));
        start += call.items.length;
      }
    } catch (error) {
      const isOurs = error instanceof AppError && error.code === "unavailable";
      if (group.length === 1 || isOurs) for (const call of group) call.reject(error);
      else for (const call of group) await this.#settle([call]);
    }
  }
}
