import { type Costs, type Shape, STEPS } from "./inputs.ts";
import type { Busy, Hour, Outcome, TenantLoad } from "./simulation.ts";

const PARTS: readonly (keyof Busy)[] = ["web", "worker", "database", "wal"];
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
const count = (n: number): string => Math.round(n).toLocaleString("en-US");
const gigabytes = (bytes: number): string => `${count(bytes / 1e9)} GB`;

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "never";
  if (seconds < 1) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

const row = (name: string, cells: readonly string[]): string =>
  `${name.padEnd(22)}${cells.map((cell) => cell.padStart(12)).join("")}`;

function busyLines(hours: readonly Hour[]): string[] {
  const lines = PARTS.map((part) => {
    const shares = hours.map((hour) => hour.busy[part]);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const most = Math.max(...shares);
    return row(part, [
      percent(Math.min(...shares)),
      percent(mean),
      percent(most),
      `${shares.indexOf(most)}:00`,
    ]);
  });
  return [row("busy", ["least", "mean", "most", "at (UTC)"]), ...lines];
}

const tenantLine = (name: string, load: TenantLoad): string =>
  row(name, [
    count(load.accounts),
    percent(load.quotaUsed),
    duration(load.writeAgeSeconds),
    duration(load.backfillHours * 3_600),
  ]);

/** The parts by how much of what may be used they need in their busiest hour: the first one limits first. */
function limits({ hours }: Outcome, { machines }: Shape): string {
  const needed = PARTS.map((part) => ({
    part,
    share: Math.max(...hours.map((hour) => hour.busy[part])) / machines.maxBusy,
  }));
  return needed
    .toSorted((a, b) => b.share - a.share)
    .map(({ part, share }) => `${part} ${percent(share)}`)
    .join(", ");
}

const oldest = (hours: readonly Hour[]): number => Math.max(...hours.map((hour) => hour.marked.ageSeconds));

/** The outcome as text of at most 100 columns. */
export function report(costs: Costs, shape: Shape, outcome: Outcome): string {
  const { hours } = outcome;
  const events = hours.map((hour) => hour.eventsPerSecond);
  const guesses = STEPS.filter((step) => costs.steps[step].basis === "estimated");
  const perAccount = outcome.storedBytesPerDay / shape.accounts;
  return [
    `${count(shape.accounts)} accounts of ${count(shape.tenants)} tenants`,
    `costs of: ${costs.measuredOn}`,
    `estimated and not measured: ${guesses.length === 0 ? "nothing" : guesses.join(", ")}`,
    "",
    ...busyLines(hours),
    `of what may be used, at the busiest: ${limits(outcome, shape)}`,
    "",
    `events: ${count(Math.min(...events))} to ${count(Math.max(...events))} a second`,
    `mean wait for a web core at the peak: ${duration(outcome.ackWaitSeconds)}`,
    `oldest account that waits to be calculated: ${duration(oldest(hours))}`,
    `daily rescoring: ${duration(outcome.rescoringHours * 3_600)}`,
    `WAL: ${gigabytes(outcome.walBytesPerDay)} a day`,
    `storage: ${gigabytes(outcome.storedBytesPerDay)} a day (${count(perAccount)} bytes an account), ` +
      `${gigabytes(outcome.storedBytesInAll)} in ${shape.retentionDays} days`,
    `the disks are full after ${count(outcome.daysOfDisk)} days, if nothing is forgotten before`,
    `platform calls: ${count(outcome.platformCallsPerDay)} a day, ` +
      `${count(outcome.tenantsOverQuota)} tenants over their quota in their busiest hour`,
    `the largest tenant has ${percent(outcome.largestInDatabases)} of an average database server's accounts`,
    "",
    row("tenant", ["accounts", "quota used", "value's age", "backfill"]),
    tenantLine("largest", outcome.largest),
    tenantLine("at 99 of 100", outcome.large),
    tenantLine("middle", outcome.middle),
  ].join("\n");
}
