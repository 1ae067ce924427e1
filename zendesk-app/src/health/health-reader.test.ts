import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { agentView, healthyView, pendingView } from "../../../tests/support/health-views.ts";
import type { AccountApi } from "./account-api.ts";
import {
  AFTER_SAVE_MS,
  type HealthAnswer,
  HealthReader,
  PENDING_RETRY_MS,
  SETTLE_MS,
  STALE_AFTER_MS,
} from "./health-reader.ts";

const unused = () => Promise.reject(new Error("nothing is asked here"));
const api: AccountApi = { explain: unused, correct: unused, withdraw: unused };
const ready = (view = healthyView): HealthAnswer => ({ kind: "ready", view, api });

/** A reader whose answers the test gives; `reads` has one entry per reading. */
function setUp() {
  const reads: {
    isUnsaved: boolean;
    signal: AbortSignal;
    answer: (answer: HealthAnswer) => Promise<void>;
  }[] = [];
  let now = 0;
  const reader = new HealthReader({
    now: () => now,
    read: (isUnsaved, signal) =>
      new Promise((resolve) => {
        const answer = async (given: HealthAnswer) => {
          resolve(given);
          await vi.advanceTimersByTimeAsync(0);
        };
        reads.push({ isUnsaved, signal, answer });
      }),
  });
  const pass = async (ms: number) => {
    now += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { reader, reads, pass };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("HealthReader", () => {
  it("loads, then shows the answer, and tells its listeners of both", async () => {
    const { reader, reads } = setUp();
    const seen: string[] = [];
    reader.subscribe(() => seen.push(reader.state().kind));
    reader.refresh();
    expect(reader.state()).toEqual({ kind: "loading" });
    await reads[0]?.answer(ready());
    expect(reader.state()).toEqual({ kind: "ready", view: healthyView, api, refresh: "idle" });
    expect(seen).toEqual(["ready"]);
  });

  it("keeps the last view while a newer one is read, and when that fails", async () => {
    const { reader, reads } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready());
    reader.refresh();
    expect(reader.state()).toMatchObject({ kind: "ready", refresh: "under_way" });
    await reads[1]?.answer({ kind: "failed", failure: "unavailable" });
    expect(reader.state()).toEqual({ kind: "ready", view: healthyView, api, refresh: "failed" });
  });

  it("takes health that came with another answer over what is being read", async () => {
    const { reader, reads } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready());
    reader.refresh();
    const changed = { ...healthyView, nextStep: "Say thank you." };
    reader.take(changed);
    expect(reads[1]?.signal.aborted).toBe(true);
    await reads[1]?.answer(ready());
    expect(reader.state()).toEqual({ kind: "ready", view: changed, api, refresh: "idle" });
  });

  it("does not take another customer's health, nor any before the first reading", async () => {
    const { reader, reads } = setUp();
    reader.take(healthyView);
    expect(reader.state()).toEqual({ kind: "loading" });
    reader.refresh();
    await reads[0]?.answer(ready());
    reader.take(agentView);
    expect(reader.state()).toMatchObject({ view: healthyView });
  });

  it("drops the view when the customer turns out to be unknown", async () => {
    const { reader, reads } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready());
    reader.refresh();
    await reads[1]?.answer({ kind: "not_matched" });
    expect(reader.state()).toEqual({ kind: "not_matched" });
  });

  it("reads once for the several events of one change of requester, without the unsaved ticket", async () => {
    const { reader, reads, pass } = setUp();
    reader.refresh();
    reader.changeSubject(true);
    reader.changeSubject(true);
    await pass(SETTLE_MS);
    expect(reads.map(({ isUnsaved }) => isUnsaved)).toEqual([false, true]);
    expect(reads[0]?.signal.aborted).toBe(true);
    await reads[0]?.answer(ready(agentView));
    expect(reader.state()).toEqual({ kind: "loading" });
  });

  it("asks for the saved ticket again once it was saved, soon and once more", async () => {
    const { reader, reads, pass } = setUp();
    reader.changeSubject(true);
    await pass(SETTLE_MS);
    await reads[0]?.answer(ready());
    reader.expectChange();
    reader.expectChange();
    for (const [i, delay] of AFTER_SAVE_MS.entries()) {
      await pass(delay - (AFTER_SAVE_MS[i - 1] ?? 0));
      await reads[i + 1]?.answer(ready());
    }
    await pass(10 * STALE_AFTER_MS);
    expect(reads.map(({ isUnsaved }) => isUnsaved)).toEqual([true, false, false]);
  });

  it("reads again on return after a minute, and not before", async () => {
    const { reader, reads, pass } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready());
    await pass(STALE_AFTER_MS - 1);
    reader.activate();
    expect(reads).toHaveLength(1);
    await pass(1);
    reader.activate();
    reader.activate();
    expect(reads).toHaveLength(2);
  });

  it("looks again while history is being read, but never in a hidden tab", async () => {
    const { reader, reads, pass } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready(pendingView));
    await pass(PENDING_RETRY_MS);
    expect(reads).toHaveLength(2);
    await reads[1]?.answer(ready(pendingView));
    reader.deactivate();
    await pass(10 * PENDING_RETRY_MS);
    expect(reads).toHaveLength(2);
    reader.activate();
    expect(reads).toHaveLength(3);
  });

  it("reads a requester that changed while hidden when the tab returns", async () => {
    const { reader, reads, pass } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready());
    reader.deactivate();
    reader.changeSubject(true);
    await pass(10 * STALE_AFTER_MS);
    expect(reads).toHaveLength(1);
    reader.activate();
    expect(reads).toHaveLength(2);
  });

  it("leaves no timer behind when it is stopped", async () => {
    const { reader, reads } = setUp();
    reader.refresh();
    await reads[0]?.answer(ready(pendingView));
    reader.expectChange();
    reader.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
