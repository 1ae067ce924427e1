import { HOUR_MS, type Segment } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { ALL_SEGMENTS, type KnownScorecard, knownScorecard } from "./known-scorecards.ts";
import type { ScorecardActivation } from "./ports.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";
import { newestId } from "./segment-stacks.ts";
import { storedBacktest } from "./stored-backtest.ts";

/**
 * After an activation a segment keeps its version for this long; a rollback is always possible. Source: design,
 * section 7 ("Calm: hysteresis, cooldown, …"): a day is one daily rescoring of the whole book, so that people see
 * what a change did before the next one.
 */
export const ACTIVATION_COOLDOWN_HOURS = 24;

export interface Activation {
  /** Absent = all that the version is meant for. */
  segments?: readonly Segment[] | undefined;
  /** Knowingly, with a reason. */
  withoutBacktest?: { reason: string } | undefined;
}

/**
 * The version counts from now on for its segments; the others keep theirs. Accounts are marked and scored again.
 * @throws {AppError} `conflict` where it lacks the yes or the backtest, is in use already, or in the cooldown;
 *   `request_invalid`, `not_found`
 */
export async function activateScorecard(
  deps: ScorecardDeps,
  act: ScorecardAct,
  wanted: Activation,
): Promise<KnownScorecard> {
  const activations = await deps.scorecards.activations(act.tenant);
  const card = await knownScorecard(deps, act.tenant, act.version);
  assertApproved(card);
  if (wanted.withoutBacktest === undefined) assertBacktested(card);
  const segments = segmentsOf(card, wanted);
  const now = deps.clock.now();
  assertCooledDown(activations, segments, now);
  const row = { version: act.version, kind: "activation" as const, at: now, by: act.actor.id };
  await deps.scorecards.activate(
    act.tenant,
    segments.map((segment) => ({ ...row, segment })),
    newestId(activations),
  );
  await recordAct(deps, act, "scorecard.activate", {
    segments: segments.join(", "),
    withoutBacktest: wanted.withoutBacktest?.reason ?? null,
  });
  return knownScorecard(deps, act.tenant, act.version);
}

function assertApproved({ version, approvedAt }: KnownScorecard): void {
  if (approvedAt === null)
    throw new AppError(
      "conflict",
      `${version} has not been approved yet; propose it, and let a lead or an admin approve it.`,
    );
}

function assertBacktested(card: KnownScorecard): void {
  const backtest = storedBacktest(card);
  if (backtest !== null && backtest.result !== null) return;
  throw new AppError(
    "conflict",
    `No backtest of ${card.version} has come to its end yet; run one first, or activate with withoutBacktest and a reason.`,
  );
}

function segmentsOf({ version, segments, activeFor }: KnownScorecard, wanted: Activation): Segment[] {
  const foreign = wanted.segments?.filter((segment) => !segments.includes(segment)) ?? [];
  if (foreign.length > 0)
    throw new AppError(
      "request_invalid",
      `segments: ${version} is not meant for ${foreign.join(" and ")} accounts.`,
    );
  const asked = wanted.segments ?? segments;
  const changing = ALL_SEGMENTS.filter((s) => asked.includes(s) && !activeFor.includes(s));
  if (changing.length === 0)
    throw new AppError("conflict", `${version} is in use for ${asked.join(", ")} accounts already.`);
  return changing;
}

function assertCooledDown(
  activations: readonly ScorecardActivation[],
  segments: readonly Segment[],
  now: Date,
): void {
  const ends = activations
    .filter((row) => row.kind === "activation" && segments.includes(row.segment))
    .map((row) => ({ segment: row.segment, at: row.at.getTime() + ACTIVATION_COOLDOWN_HOURS * HOUR_MS }))
    .filter(({ at }) => at > now.getTime())
    .sort((a, b) => b.at - a.at);
  const [last] = ends;
  if (last)
    throw new AppError(
      "conflict",
      `The scorecard for ${last.segment} accounts was changed less than ${ACTIVATION_COOLDOWN_HOURS} hours ago; ` +
        `the next change is possible from ${new Date(last.at).toISOString()}. A rollback is possible at any time.`,
    );
}
