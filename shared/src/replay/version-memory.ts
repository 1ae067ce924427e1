import type { HealthResult } from "../scoring/health-result.ts";
import type { ScoreMemory } from "../scoring/score-inputs.ts";

/** What a scorecard version remembers of an account after an evaluation. */
export interface VersionMemory extends ScoreMemory {
  version: string;
  /** ISO 8601 */
  evaluatedAt: string;
  /** What that evaluation itself went on with. */
  before: ScoreMemory | null;
}

/** Versions whose memory is kept: enough to roll back, and back again. */
const MOST_VERSIONS = 3;

/**
 * What an evaluation under `version` goes on with: this version's own memory, so that a detour over another version
 * leaves no trace; an evaluation of the same moment once more is the same one and no second. The first evaluation
 * under a version begins with a fresh band, but an account stays at risk, and its caps go on, since the day they began.
 * @param memories the version used last comes first
 * @param now ISO 8601
 */
export function memoryFor(
  memories: readonly VersionMemory[],
  version: string,
  now: string,
): ScoreMemory | null {
  const own = memories.find((memory) => memory.version === version);
  if (own !== undefined)
    return own.evaluatedAt === now ? own.before : { bandMemory: own.bandMemory, caps: own.caps };
  const last = memories[0];
  return last === undefined ? null : withFreshBand(last);
}

const withFreshBand = ({ bandMemory: { isAtRisk, atRiskSince }, caps }: ScoreMemory): ScoreMemory => ({
  bandMemory: {
    band: null,
    evaluationsBelow: 0,
    lastEvaluatedAt: null,
    aboveSince: null,
    isAtRisk,
    atRiskSince,
  },
  caps,
});

export const memoryOf = (result: HealthResult, before: ScoreMemory | null): VersionMemory => ({
  version: result.scorecardVersion,
  evaluatedAt: result.scoredAt,
  bandMemory: result.bandMemory,
  caps: result.caps,
  before,
});

/** The memories after an evaluation. */
export function remember(
  memories: readonly VersionMemory[],
  result: HealthResult,
  before: ScoreMemory | null,
): VersionMemory[] {
  const own = memoryOf(result, before);
  return [own, ...memories.filter((memory) => memory.version !== own.version)].slice(0, MOST_VERSIONS);
}
