import type { Segment, TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import { ALL_SEGMENTS } from "./known-scorecards.ts";
import type { ScorecardDeps } from "./scorecard-deps.ts";
import { newestId, segmentStack } from "./segment-stacks.ts";

export interface RolledBack {
  segment: Segment;
  from: string;
  to: string;
}

/**
 * One step back to what was in use before: of one segment, or of all segments that the newest activation still in
 * force has changed.
 * @throws {AppError} `conflict` where there is nothing to go back to
 */
export async function rollBackScorecard(
  deps: ScorecardDeps,
  { tenant, actor, segment }: { tenant: TenantId; actor: Actor; segment?: Segment | undefined },
): Promise<RolledBack[]> {
  const activations = await deps.scorecards.activations(tenant);
  const base = deps.definitions.scorecard.version;
  const steps = ALL_SEGMENTS.flatMap((each) => {
    const [before, top] = segmentStack(activations, each, base).slice(-2);
    return before && top?.by ? [{ segment: each, from: top.version, to: before.version, by: top.by }] : [];
  });
  const newest = steps.reduce<Date | null>((at, { by }) => (at === null || by.at > at ? by.at : at), null);
  const undone = steps.filter((step) =>
    segment ? step.segment === segment : step.by.at.getTime() === newest?.getTime(),
  );
  if (undone.length === 0)
    throw new AppError("conflict", "No scorecard was activated that could be taken back.");
  const at = deps.clock.now();
  await deps.scorecards.activate(
    tenant,
    undone.map((step) => ({ segment: step.segment, version: step.to, kind: "rollback", at, by: actor.id })),
    newestId(activations),
  );
  await deps.audit.record(
    tenant,
    undone.map((step) => ({
      at,
      actor: actor.id,
      action: "scorecard.rollback",
      subject: `scorecard:${step.from}`,
      outcome: "allowed",
      detail: { segment: step.segment, to: step.to },
    })),
  );
  return undone.map(({ by: _, ...step }) => step);
}
