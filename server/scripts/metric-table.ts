import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  type MetricEntry,
} from "../src/adapters/observability/metric-catalogue.ts";

const BEGIN = "<!-- metrics: written by npm run metrics -->";
const END = "<!-- end of metrics -->";

const rows = (kind: string, entries: Readonly<Record<string, MetricEntry>>): string[] =>
  Object.entries(entries).map(
    ([name, { help, labels }]) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`,
  );

/** The metrics of our own, as a table for docs/operations.md. */
export const metricTable = (): string =>
  [
    "| name | kind | labels | what it says |",
    "| --- | --- | --- | --- |",
    ...rows("counter", COUNTERS),
    ...rows("histogram", HISTOGRAMS),
    ...rows("gauge", GAUGES),
  ].join("\n");

/** @returns `page` with the table between its marks */
export function withMetricTable(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("the page has no marks for the metrics");
  return `${page.slice(0, begin + BEGIN.length)}\n${metricTable()}\n${page.slice(end)}`;
}
