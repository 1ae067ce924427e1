import type { AccountHealthView } from "@bellwether/shared";
import type { AccountApi } from "./account-api.ts";
import type { ReadFailure, ViewAnswer } from "./health-answer.ts";

/** `api` asks about the very record that the view was found by. */
export type HealthAnswer =
  | { kind: "ready"; view: AccountHealthView; api: AccountApi }
  | Exclude<ViewAnswer, { kind: "ready" }>;

export type AccountHealthState =
  | { kind: "loading" }
  /** `refresh` tells about a newer reading that is under way or went wrong while the last one stays on show. */
  | { kind: "ready"; view: AccountHealthView; api: AccountApi; refresh: "idle" | "under_way" | "failed" }
  | { kind: "not_matched" }
  | { kind: "failed"; failure: ReadFailure };

/** A tab that comes back to the front is read again when its answer is older than this. */
export const STALE_AFTER_MS = 60_000;
/** After a ticket is saved its webhook has to arrive and the account to be scored: looked at soon, and once more. */
export const AFTER_SAVE_MS = [2_000, 8_000] as const;
/** While the first history is being read, in a visible tab only. */
export const PENDING_RETRY_MS = 15_000;
/** Zendesk tells of a new requester and of the organization in separate events. */
export const SETTLE_MS = 200;

export interface HealthReaderParts {
  read: (isRequesterUnsaved: boolean, signal: AbortSignal) => Promise<HealthAnswer>;
  /** Milliseconds; only differences matter. */
  now: () => number;
}

/** Decides when to read an account's health, and keeps what is known meanwhile. Has no platform and no markup. */
export class HealthReader {
  readonly #parts: HealthReaderParts;
  readonly #listeners = new Set<() => void>();
  #state: AccountHealthState = { kind: "loading" };
  #underWay: AbortController | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #settledAt: number | null = null;
  #isActive = true;
  #isRequesterUnsaved = false;

  constructor(parts: HealthReaderParts) {
    this.#parts = parts;
  }

  readonly state = (): AccountHealthState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads, showing what is known meanwhile. Also what "try again" does. */
  readonly refresh = (): void => {
    const { kind } = this.#state;
    if (this.#state.kind === "ready") this.#show({ ...this.#state, refresh: "under_way" });
    else if (kind !== "loading") this.#show({ kind: "loading" });
    void this.#read();
  };

  /** Health that came with another answer; what was under way is older than it. */
  readonly take = (view: AccountHealthView): void => {
    if (this.#state.kind !== "ready" || this.#state.view.account.id !== view.account.id) return;
    this.#underWay?.abort();
    this.#underWay = null;
    this.#settledAt = this.#parts.now();
    this.#show({ ...this.#state, view, refresh: "idle" });
  };

  /** Another customer may be the one in question: what is known is not theirs. */
  changeSubject(isUnsaved: boolean): void {
    this.#isRequesterUnsaved = isUnsaved;
    this.stop();
    this.#settledAt = null;
    this.#show({ kind: "loading" });
    this.#later(SETTLE_MS, () => void this.#read());
  }

  /** The record was saved, here or by someone else: its score follows in a few seconds. */
  expectChange(): void {
    this.#isRequesterUnsaved = false;
    this.#clearTimers();
    for (const delay of AFTER_SAVE_MS) this.#later(delay, this.refresh);
  }

  activate(): void {
    this.#isActive = true;
    const isStale = this.#settledAt === null || this.#parts.now() - this.#settledAt >= STALE_AFTER_MS;
    if (isStale && !this.#underWay) this.refresh();
    else if (this.#isPending()) this.#later(PENDING_RETRY_MS, this.refresh);
  }

  /** A hidden tab reads nothing: what is under way is given up and taken up again when it returns. */
  deactivate(): void {
    this.#isActive = false;
    if (this.#underWay || this.#timers.length > 0) this.#settledAt = null;
    this.stop();
  }

  /** Ends all waiting; nothing happens afterwards unless asked for. */
  stop(): void {
    this.#underWay?.abort();
    this.#underWay = null;
    this.#clearTimers();
  }

  async #read(): Promise<void> {
    this.#underWay?.abort();
    const own = new AbortController();
    this.#underWay = own;
    try {
      const answer = await this.#parts.read(this.#isRequesterUnsaved, own.signal);
      if (!own.signal.aborted) this.#settle(answer);
    } catch (error) {
      if (!own.signal.aborted) throw error;
    }
  }

  #settle(answer: HealthAnswer): void {
    this.#underWay = null;
    this.#settledAt = this.#parts.now();
    if (answer.kind === "ready") this.#show({ ...answer, refresh: "idle" });
    else if (answer.kind === "failed" && this.#state.kind === "ready")
      this.#show({ ...this.#state, refresh: "failed" });
    else this.#show(answer);
    if (this.#isPending()) this.#later(PENDING_RETRY_MS, this.refresh);
  }

  #isPending(): boolean {
    return this.#state.kind === "ready" && this.#state.view.status === "pending";
  }

  #later(delayMs: number, action: () => void): void {
    if (!this.#isActive) {
      this.#settledAt = null;
      return;
    }
    const timer = setTimeout(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      action();
    }, delayMs);
    this.#timers.push(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #show(state: AccountHealthState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
