import { MINUTE_MS } from "@bellwether/shared";
import type { BackfillProgress } from "./ports.ts";

export interface Pace {
  /** Records a minute since the first page of this type; `null` = too early to say. */
  ratePerMinute: number | null;
  /** Of this type; 0 when done, `null` where the platform does not say how many there are, or it is too early to say. */
  secondsLeft: number | null;
}

/** A rate from less would jump about. */
const LEAST_MS = 1_000;

/** @param before the type that was read before this one, which began when that one ended */
export function paceOf(progress: BackfillProgress, before: BackfillProgress | null): Pace {
  const begun = Math.max(progress.startedAt.getTime(), before?.isDone ? before.updatedAt.getTime() : 0);
  const tookMs = progress.updatedAt.getTime() - begun;
  const ratePerMinute =
    tookMs < LEAST_MS || progress.recordsRead === 0
      ? null
      : Math.round((progress.recordsRead * MINUTE_MS) / tookMs);
  return { ratePerMinute, secondsLeft: progress.isDone ? 0 : secondsLeft(progress, ratePerMinute) };
}

function secondsLeft({ recordsTotal, recordsRead }: BackfillProgress, rate: number | null): number | null {
  if (recordsTotal === null || rate === null || rate === 0) return null;
  return Math.ceil((Math.max(0, recordsTotal - recordsRead) * 60) / rate);
}

/** In the order in which they were read. */
export const inReadingOrder = (all: readonly BackfillProgress[]): BackfillProgress[] =>
  all.toSorted(
    (a, b) =>
      a.startedAt.getTime() - b.startedAt.getTime() ||
      Number(b.isDone) - Number(a.isDone) ||
      a.updatedAt.getTime() - b.updatedAt.getTime(),
  );
