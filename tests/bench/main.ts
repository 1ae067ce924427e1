import { parseArgs } from "node:util";
import { measureIntakeBatch } from "./intake-batch.ts";
import type { BenchContext, BenchResult } from "./result.ts";
import { openBenchServer } from "./scratch-database.ts";

/** Name → measurement of ours and of a bare floor doing the same work, in one run on the same PostgreSQL. */
const MEASUREMENTS: Record<string, (context: BenchContext) => Promise<BenchResult>> = {
  "intake/batch": measureIntakeBatch,
};

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
  },
});

const names = Object.keys(MEASUREMENTS).filter(
  (name) => values.only === undefined || name.startsWith(values.only),
);
if (names.length === 0) {
  process.stderr.write(
    `There is no measurement "${values.only}". There are: ${Object.keys(MEASUREMENTS).join(", ")}\n`,
  );
  process.exit(2);
}

const context: BenchContext = {
  postgresUrl: await openBenchServer(),
  secondsPerRound: Number(values.seconds),
  rounds: Number(values.rounds),
};
const results: BenchResult[] = [];
for (const name of names) {
  const measure = MEASUREMENTS[name];
  if (measure) results.push(await measure(context));
}
if (values.json) console.log(JSON.stringify(results));
else
  for (const { name, ours, floor, ratio, unit } of results)
    console.log(
      `${name}: ours ${ours.toFixed(0)} ${unit}, floor ${floor.toFixed(0)} ${unit}, ratio ${ratio.toFixed(2)}`,
    );
