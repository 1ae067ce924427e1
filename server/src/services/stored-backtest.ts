import {
  type BacktestProgress,
  type BacktestReport,
  canonicalJson,
  MINUTE_MS,
  type TenantId,
} from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type { ScorecardStore, StoredScorecard } from "./ports.ts";

const ours = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);

const runSchema = z.object({
  state: z.enum(["queued", "running", "done", "failed"]),
  /** Grows each time that a process takes the run over; who holds an older one has lost it. */
  claim: z.int(),
  /** Times that it ended early. */
  failures: z.int(),
  weeks: z.int(),
  capacity: z.int(),
  startedBy: z.string(),
  /** The present that it looks back from. */
  startedAt: z.iso.datetime(),
  /** Last sign of life. */
  updatedAt: z.iso.datetime(),
  done: z.int(),
  total: z.int(),
  /** Words for people. */
  detail: z.string(),
  /** Where to go on, and for what it was calculated; `null` = at the beginning. */
  checkpoint: z
    .object({ basis: z.string(), after: z.string(), progress: ours<BacktestProgress>() })
    .nullable(),
});
export type BacktestRun = z.infer<typeof runSchema>;

/** `StoredScorecard.backtest`. A release that stores another shape takes another number, and forgets the old ones. */
const storedSchema = z.object({
  format: z.literal(1),
  run: runSchema,
  /** Of the newest run that came to its end, with the definition that it was about. */
  result: z.object({ definitionHash: z.string(), report: ours<BacktestReport>() }).nullable(),
});
export type StoredBacktest = z.infer<typeof storedSchema>;

/** `null` = none was ever asked for. */
export function storedBacktest({ backtest }: Pick<StoredScorecard, "backtest">): StoredBacktest | null {
  const parsed = storedSchema.safeParse(backtest);
  return parsed.success ? parsed.data : null;
}

/** What can be shown of a run at any time. */
export const backtestStateSchema = z.object({
  state: z.enum(["none", "queued", "running", "done", "failed"]),
  /** What it does, or why it ended so. */
  detail: z.string(),
  /** Accounts gone through, and to go through. */
  done: z.int(),
  total: z.int(),
  run: runSchema
    .pick({ weeks: true, capacity: true, startedBy: true, startedAt: true, updatedAt: true })
    .nullable(),
});
export type BacktestState = z.infer<typeof backtestStateSchema>;

export function stateOf(stored: StoredBacktest | null): BacktestState {
  if (stored === null)
    return {
      state: "none",
      detail: "No backtest was run of this version yet.",
      done: 0,
      total: 0,
      run: null,
    };
  const { state, detail, done, total, weeks, capacity, startedBy, startedAt, updatedAt } = stored.run;
  return { state, detail, done, total, run: { weeks, capacity, startedBy, startedAt, updatedAt } };
}

/** Without a sign of life for this long nobody works on a run: many times what a page takes. */
const DEAD_MS = MINUTE_MS;

export const isOpen = (run: BacktestRun): boolean => run.state === "queued" || run.state === "running";

export const isDead = (run: BacktestRun, now: Date): boolean =>
  isOpen(run) && now.getTime() - Date.parse(run.updatedAt) > DEAD_MS;

/** Equal for equal definitions for the same segments. */
export const definitionText = ({ definition, segments }: StoredScorecard): string =>
  canonicalJson({ definition, segments: segments.toSorted() });

const MOST_TRIES = 5;

/**
 * Changes what is stored of a backtest, however often others change the row meanwhile.
 * @param change gives `null` to leave everything as it is
 * @returns what is stored now; `null` where it was left
 */
export async function changeBacktest(
  deps: { scorecards: ScorecardStore },
  tenant: TenantId,
  version: string,
  change: (stored: StoredBacktest | null, card: StoredScorecard) => StoredBacktest | null,
): Promise<StoredBacktest | null> {
  for (let tries = 1; ; tries++) {
    const card = await storedOrTemplate(deps, tenant, version);
    const wanted = change(storedBacktest(card), card);
    if (wanted === null) return null;
    try {
      await deps.scorecards.update(tenant, card, { backtest: wanted });
      return wanted;
    } catch (error) {
      const isOvertaken = error instanceof AppError && error.code === "conflict";
      if (!isOvertaken || tries === MOST_TRIES) throw error;
    }
  }
}
