import type { HealthResult } from "../scoring/health-result.ts";

/**
 * The same text for results that a reader would call the same: times, ages and texts that only count hours on are
 * left out, and points count by the tenth that is shown.
 */
export const whatIsSaid = (result: HealthResult): string =>
  JSON.stringify({
    score: [result.healthScore, result.band, result.segment, result.confidence, result.status],
    risk: [result.atRisk.isAtRisk, result.churnRisk.probability?.toFixed(3), result.churnBand],
    coverage: result.coverage.toFixed(3),
    caps: result.caps.map((cap) => [cap.cap, cap.limit]),
    points: result.contributions.map((c) => [
      c.measure,
      c.state,
      c.points.toFixed(1),
      c.maxPoints.toFixed(1),
    ]),
    versions: result.versions,
    // absent where there is none, so that results from before these were known stay the same
    flags: result.redFlags.length > 0 ? result.redFlags.map((flag) => flag.flag) : undefined,
    override: result.override?.correctionId,
    lostAt: result.lostAt ?? undefined,
  });
