import { onTestFailed } from "vitest";
import { Random } from "../../sandbox/random.ts";
import { storageKinds } from "../../support/one-company.ts";

/** `FAULTS=short` is what every push can afford; the whole suite is for a quiet machine. */
export const IS_SHORT = process.env["FAULTS"] === "short";

/** How often something is tried, or how large it is. */
export const sized = (whole: number, short: number): number => (IS_SHORT ? short : whole);

/** What a fault is tried on: both where there is a PostgreSQL; the short form takes this one. */
export const kindsFor = (inShort: "embedded" | "server"): readonly ("embedded" | "server")[] =>
  IS_SHORT && storageKinds.includes(inShort) ? [inShort] : storageKinds;

/** Another one at every run, unless `SEED` names one that is to be tried again. */
export const SEED: number = seedFrom(process.env["SEED"]);

function seedFrom(text: string | undefined): number {
  if (text === undefined || text === "") return Math.floor(Math.random() * 1e9);
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error("SEED must be a whole number");
  return seed;
}

/** Draws for one test; the seed is printed if the test fails. */
export function drawsFor(label: string): Random {
  onTestFailed(() => say(`${label} failed with SEED=${SEED}`));
  return new Random(SEED, label);
}

/** A line of the suite's report; the runner's own output shows no text of passing tests. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A time that a fault may take; the short form runs on machines that do other work beside it. */
export const bar = (ms: number): number => (IS_SHORT ? 3 * ms : ms);

export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
