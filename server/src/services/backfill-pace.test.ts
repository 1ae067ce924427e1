import type { ConnectionId } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { inReadingOrder, paceOf } from "./backfill-pace.ts";
import type { BackfillProgress } from "./ports.ts";

const at = (seconds: number): Date => new Date(Date.parse("2026-11-20T09:00:00Z") + seconds * 1000);
const progress = (part: Partial<BackfillProgress>): BackfillProgress => ({
  connectionId: "c" as ConnectionId,
  objectType: "contact",
  cursor: "100",
  recordsRead: 0,
  recordsTotal: null,
  isDone: false,
  startedAt: at(0),
  updatedAt: at(0),
  ...part,
});

describe("the pace of a backfill", () => {
  it("is records a minute, and the time for those that are left", () => {
    const half = progress({ recordsRead: 500, recordsTotal: 1_000, updatedAt: at(30) });
    expect(paceOf(half, null)).toEqual({ ratePerMinute: 1_000, secondsLeft: 30 });
  });

  it("counts from the end of the type before, not from the beginning of all", () => {
    const before = progress({ objectType: "company", isDone: true, updatedAt: at(60) });
    const half = progress({ recordsRead: 500, recordsTotal: 1_000, updatedAt: at(90) });
    expect(paceOf(half, before).ratePerMinute).toBe(1_000);
  });

  it.each([
    ["it has only begun", { recordsRead: 100, recordsTotal: 200, updatedAt: at(0.2) }],
    ["nothing was read yet", { recordsTotal: 200, updatedAt: at(60) }],
  ])("is not known when %s", (_, part) => {
    expect(paceOf(progress(part), null)).toEqual({ ratePerMinute: null, secondsLeft: null });
  });

  it("does not guess how many there are, is never below nothing, and over when it is done", () => {
    const unknown = progress({ recordsRead: 60, updatedAt: at(60) });
    expect(paceOf(unknown, null)).toEqual({ ratePerMinute: 60, secondsLeft: null });
    expect(paceOf({ ...unknown, recordsTotal: 50 }, null).secondsLeft).toBe(0);
    expect(paceOf({ ...unknown, isDone: true }, null).secondsLeft).toBe(0);
  });

  it("takes types in the order in which they were read", () => {
    const first = progress({ objectType: "company", isDone: true, updatedAt: at(60) });
    const second = progress({ updatedAt: at(10) });
    expect(inReadingOrder([second, first])).toEqual([first, second]);
  });
});
