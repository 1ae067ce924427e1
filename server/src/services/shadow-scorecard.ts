import { DAY_MS } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type { AuditLog, Clock, JobQueue, ScorecardStore, ScoreStore, StoredScorecard } from "./ports.ts";
import { recordAct, type ScorecardAct } from "./scorecard-deps.ts";
import { updateScorecard } from "./update-scorecard.ts";

export interface ShadowDeps {
  scorecards: ScorecardStore;
  scores: Pick<ScoreStore, "markAll">;
  queue: Pick<JobQueue, "enqueue">;
  audit: Pick<AuditLog, "record">;
  clock: Clock;
}

const MOST_DAYS = 90;

export const shadowRequest = z.object({
  /** From today on. */
  days: z.int().min(1).max(MOST_DAYS),
});

/**
 * Has a version calculated beside the one in force for some days, without showing or writing it anywhere. Asked
 * again while it runs, the new number of days counts from today, and the comparison goes on.
 * @throws {AppError} `not_found`, `conflict` unless it was proposed
 */
export async function startShadow(
  deps: ShadowDeps,
  act: ScorecardAct,
  days: number,
): Promise<StoredScorecard> {
  const now = deps.clock.now();
  const shadowUntil = new Date(now.getTime() + days * DAY_MS);
  const changed = await updateScorecard(deps, act, (card) => {
    if (card.status !== "proposed") throw new AppError("conflict", NOT_NOW[card.status]);
    return { shadowSince: isInShadow(card, now) ? card.shadowSince : now, shadowUntil };
  });
  await recordAct(deps, act, "scorecard.shadow.start", { days });
  // its first scores are there within minutes, and not only after the night
  await deps.scores.markAll(act.tenant);
  await deps.queue.enqueue("score-accounts", { tenantId: act.tenant });
  return changed;
}

const NOT_NOW = {
  draft: "This version is a draft and can still change. Propose it, then it can run in the shadow.",
  active: "This version is in force already; a shadow period would compare it with itself.",
  retired: "This version has retired. Make a new one from it and propose that.",
} as const;

/** Ends the shadow period; what was compared stays. Without one nothing happens. @throws {AppError} `not_found` */
export async function endShadow(deps: ShadowDeps, act: ScorecardAct): Promise<StoredScorecard> {
  const now = deps.clock.now();
  const card = await storedOrTemplate(deps, act.tenant, act.version);
  if (!isInShadow(card, now)) return card;
  const changed = await updateScorecard(deps, act, (known) =>
    isInShadow(known, now) ? { shadowUntil: now } : {},
  );
  await recordAct(deps, act, "scorecard.shadow.end");
  return changed;
}

export const isInShadow = (
  { shadowSince, shadowUntil }: Pick<StoredScorecard, "shadowSince" | "shadowUntil">,
  now: Date,
): boolean => shadowSince !== null && shadowUntil !== null && shadowSince <= now && shadowUntil > now;
