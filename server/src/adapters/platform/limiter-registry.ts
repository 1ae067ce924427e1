import type { BudgetScope, PlatformBudgets } from "../../services/ports.ts";
import { Limiter } from "./limiter.ts";
import type { LimiterSettings } from "./limiter-settings.ts";
import { memoryBudgets } from "./memory-budgets.ts";
import { sharedWindow } from "./shared-window.ts";
import type { TimeSource } from "./time-source.ts";

/** What processes share; absent = there is one process. */
export interface Sharing {
  budgets: PlatformBudgets;
  /** Whether other processes call the platforms, too: then starts are granted by the shared budget. */
  hasOthers: boolean;
  onTrouble: (error: unknown) => void;
}

/** Hands out one limiter per key, so that all gateways of a connection share its limit. */
export class LimiterRegistry {
  /** For what else is shared about a connection. */
  readonly budgets: PlatformBudgets;
  readonly #limiters = new Map<string, Limiter>();
  readonly #time: Pick<TimeSource, "nowMs" | "sleep">;
  readonly #sharing: Sharing | null;

  constructor(time: Pick<TimeSource, "nowMs" | "sleep">, sharing: Sharing | null = null) {
    this.#time = time;
    this.#sharing = sharing;
    this.budgets = sharing?.budgets ?? memoryBudgets(time);
  }

  /**
   * @param settings of the first call for a key; later ones are ignored
   * @param scope whose limit it is, where all processes share it
   */
  limiterFor(key: string, settings: LimiterSettings, scope: BudgetScope | null = null): Limiter {
    const known = this.#limiters.get(key);
    if (known) return known;
    const sharing = scope && this.#sharing?.hasOthers ? { ...this.#sharing, scope } : null;
    const shared = sharing && sharedWindow({ ...sharing, name: key, settings });
    const made = new Limiter(settings, this.#time, shared);
    this.#limiters.set(key, made);
    return made;
  }
}
