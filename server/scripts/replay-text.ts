import type { HealthResult, ResultDifference } from "@bellwether/shared";
import type { Replay } from "../src/services/replay-score.ts";

/** The answer of `npm run replay` for people; numbers in full, because two that look alike may differ. */
export function replayText(replay: Replay): string {
  const { account, recalculated, versions, differences } = replay;
  const lines = [
    `${account.name} (${account.id})`,
    `The score in force at ${replay.askedAt.toISOString()}, calculated at ${replay.calculatedAt.toISOString()}`,
    "",
    replay.sentence,
    ...differences.map(differenceLine),
    "",
    ...resultLines(recalculated),
    `Versions      scorecard ${versions.scorecard}, churn model ${versions.churnModel}`,
    "",
    "Contributions in points",
    ...recalculated.contributions.map(contributionLine),
  ];
  return `${lines.join("\n")}\n`;
}

const known = (value: number | string | null): string => (value === null ? "not enough data" : String(value));

const resultLines = (result: HealthResult): string[] => [
  `Health score  ${known(result.healthScore)} (calculated ${known(result.calculatedScore)})`,
  `Band          ${known(result.band)}`,
  `At risk       ${result.atRisk.isAtRisk ? `yes, since ${known(result.atRisk.since)}` : "no"}`,
  `Churn risk    ${known(result.churnRisk.probability)} (${result.churnBand})`,
  `Segment       ${result.segment}, ${result.ageDays} days`,
  `Coverage      ${result.coverage}, confidence ${result.confidence}`,
  ...(result.lostAt === null ? [] : [`Lost          since ${result.lostAt}`]),
];

const differenceLine = ({ path, stored, recalculated }: ResultDifference): string =>
  `  ${path.join(".")}: stored ${JSON.stringify(stored)}, recalculated ${JSON.stringify(recalculated)}`;

const contributionLine = (part: HealthResult["contributions"][number]): string =>
  part.measureScore === null
    ? `  ${part.label}: no part in the score. ${part.sentence}`
    : `  ${part.label}: ${part.points} of ${part.maxPoints}. ${part.sentence}`;
