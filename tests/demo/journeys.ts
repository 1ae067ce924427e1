import type { AccountHealthView } from "@bellwether/shared";
import type { ActionName, DemoAccount, Journey, JourneyStep } from "./protocol.ts";

/** Between two looks at the score. */
const LOOK_MS = 150;
/** After this long nothing more is expected of a press. */
const PATIENCE_MS = 25_000;
/** A second event of the same press (the other platform's) may move the score once more. */
const SETTLE_MS = 1_500;

export interface JourneyDeps {
  act(account: DemoAccount, action: ActionName): Promise<void>;
  health(account: DemoAccount): Promise<AccountHealthView>;
  publish(journey: Journey): void;
  /** Milliseconds; only differences count. */
  clock(): number;
  /** Resolves after so many milliseconds, and rejects when the demo ends. */
  pause(ms: number): Promise<unknown>;
  signal: AbortSignal;
}

/** Follows what a press of a button leads to: sent, scored, written back. */
export class Journeys {
  readonly #deps: JourneyDeps;
  /** Newest first. */
  readonly recent: Journey[] = [];
  readonly #startedAt = new Map<number, number>();
  readonly #writtenMs = new Map<number, number>();
  #count = 0;

  constructor(deps: JourneyDeps) {
    this.#deps = deps;
  }

  isRunning(accountKey: string): boolean {
    return this.recent.some((journey) => journey.accountKey === accountKey && journey.state === "running");
  }

  /** The journey as it is at the start; what becomes of it is published. */
  start(account: DemoAccount, action: ActionName): Journey {
    this.#count += 1;
    const journey = newJourney(this.#count, account, action);
    this.recent.unshift(journey);
    this.recent.length = Math.min(this.recent.length, 20);
    this.#deps.publish(journey);
    this.#follow(journey, account).catch((error: unknown) => {
      if (!this.#deps.signal.aborted) {
        this.#change(journey, {
          state: "failed",
          message: error instanceof Error ? error.message : String(error),
        });
      }
    });
    return journey;
  }

  /** A write-back reached one of the account's records; it may be seen here before the new score is. */
  wroteBack(accountKey: string): void {
    const journey = this.recent.find((one) => one.accountKey === accountKey && one.state === "running");
    if (!journey || !has(journey, "sent")) return;
    if (!this.#writtenMs.has(journey.id)) this.#writtenMs.set(journey.id, this.#elapsed(journey));
    if (has(journey, "scored")) this.#reach(journey, "written_back");
  }

  async #follow(journey: Journey, account: DemoAccount): Promise<void> {
    const before = await this.#deps.health(account);
    this.#change(journey, { scoreBefore: before.healthScore, bandBefore: before.band });
    this.#startedAt.set(journey.id, this.#deps.clock());
    await this.#deps.act(account, journey.action);
    this.#reach(journey, "sent");
    const isOver = () => this.#elapsed(journey) > PATIENCE_MS;
    while (!isOver() && !has(journey, "written_back")) await this.#look(journey, account, before);
    const settled = this.#elapsed(journey) + SETTLE_MS;
    while (has(journey, "scored") && this.#elapsed(journey) < settled)
      await this.#look(journey, account, before);
    this.#change(
      journey,
      has(journey, "scored")
        ? { state: "done" }
        : { state: "unchanged", message: "The events came in, and the score stays as it was." },
    );
  }

  async #look(journey: Journey, account: DemoAccount, before: AccountHealthView): Promise<void> {
    await this.#deps.pause(LOOK_MS);
    const after = await this.#deps.health(account);
    if (!differs(before, after)) return;
    const isNews = after.healthScore !== journey.scoreAfter || after.band !== journey.bandAfter;
    if (has(journey, "scored") && !isNews) return;
    this.#change(journey, {
      scoreAfter: after.healthScore,
      bandAfter: after.band,
      newReasons: newReasons(before, after),
    });
    this.#reach(journey, "scored");
    if (this.#writtenMs.has(journey.id)) this.#reach(journey, "written_back");
  }

  #elapsed(journey: Journey): number {
    return this.#deps.clock() - (this.#startedAt.get(journey.id) ?? this.#deps.clock());
  }

  #reach(journey: Journey, step: JourneyStep["step"]): void {
    if (has(journey, step)) return;
    const written = this.#writtenMs.get(journey.id) ?? Number.POSITIVE_INFINITY;
    // What was written back had been scored by then, even if this process looked later.
    journey.steps.push({ step, elapsedMs: Math.round(Math.min(this.#elapsed(journey), written)) });
    this.#deps.publish(journey);
  }

  #change(journey: Journey, change: Partial<Journey>): void {
    Object.assign(journey, change);
    this.#deps.publish(journey);
  }
}

const has = (journey: Journey, step: JourneyStep["step"]): boolean =>
  journey.steps.some((reached) => reached.step === step);

const differs = (before: AccountHealthView, after: AccountHealthView): boolean =>
  before.healthScore !== after.healthScore ||
  before.band !== after.band ||
  JSON.stringify(before.reasons) !== JSON.stringify(after.reasons);

/** Sentences that were not there before and speak for the way the score went; at most two. */
function newReasons(before: AccountHealthView, after: AccountHealthView): string[] {
  const known = new Set(before.reasons.map(({ sentence }) => sentence));
  const direction = (after.healthScore ?? 0) < (before.healthScore ?? 0) ? "hurts" : "helps";
  return after.reasons
    .filter((reason) => reason.direction === direction && !known.has(reason.sentence))
    .map(({ sentence }) => sentence)
    .slice(0, 2);
}

const newJourney = (id: number, account: DemoAccount, action: ActionName): Journey => ({
  id,
  accountKey: account.key,
  accountName: account.name,
  action,
  state: "running",
  steps: [],
  scoreBefore: null,
  scoreAfter: null,
  bandBefore: null,
  bandAfter: null,
  newReasons: [],
  message: "",
});
