import { parseArgs } from "node:util";
import { MEASUREMENTS } from "./measurements.ts";
import type { BenchContext, BenchResult } from "./result.ts";
import { openBenchServer } from "./scratch-database.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
  },
});
const { only, json } = values;

/** `--only intake` measures everything that begins so; what is measured together is printed by itself. */
const isWanted = (name: string): boolean => only === undefined || name.startsWith(only);
const wanted = MEASUREMENTS.filter(({ names }) => names.some(isWanted));
if (wanted.length === 0) {
  const known = MEASUREMENTS.flatMap(({ names }) => names).join(", ");
  process.stderr.write(`There is no measurement "${only}". There are: ${known}\n`);
  process.exit(2);
}

const context: BenchContext = {
  postgresUrl: await openBenchServer(),
  secondsPerRound: Number(values.seconds),
  rounds: Number(values.rounds),
};
const results: BenchResult[] = [];
for (const { measure } of wanted)
  results.push(...(await measure(context)).filter(({ name }) => isWanted(name)));
process.stdout.write(json ? `${JSON.stringify(results)}\n` : results.map(inWords).join(""));

function inWords({ name, ours, floor, ratio, unit, n }: BenchResult): string {
  const against = floor === null ? "" : `, floor ${figure(floor)} ${unit}, ratio ${ratio?.toFixed(2)}`;
  return `${name}: ours ${figure(ours)} ${unit}${against} (n ${n})\n`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
