import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../server/scripts/doctor/settings.ts";
import { withMetricTable } from "../server/scripts/metric-table.ts";
import { createMeter } from "../server/src/adapters/observability/meter.ts";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../server/src/adapters/observability/metric-catalogue.ts";

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), "utf8");

interface Panel {
  id: number;
  title: string;
  targets?: { expr: string }[];
}

describe("what operators are told", () => {
  it("lists every metric as it is declared (`npm run metrics` writes it)", async () => {
    const page = await read("docs/operations.md");
    expect(page).toBe(withMetricTable(page));
  });

  it("draws nothing in the dashboard that the server does not measure", async () => {
    const { panels } = JSON.parse(await read("deploy/grafana/bellwether.json")) as { panels: Panel[] };
    const meter = createMeter();
    const known = new Set<string>();
    for (const { name } of await meter.registry.getMetricsAsJSON()) {
      known.add(name);
      for (const end of ["_bucket", "_sum", "_count"]) if (name in HISTOGRAMS) known.add(name + end);
    }
    const used = new Set(
      panels.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => expr.match(/\b(?:bellwether|process|nodejs)_[a-z0-9_]+/g) ?? []),
      ),
    );
    for (const name of used) expect(known.has(name), name).toBe(true);
    expect(used.size).toBeGreaterThan(20);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it("names no customer and no person in a label", () => {
    const labels = Object.values({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES }).flatMap(({ labels }) => [
      ...labels,
    ]);
    for (const label of labels)
      expect(label).toMatch(
        /^(source|outcome|platform|route|status|job|state|kind|connection|version|node)$/,
      );
  });

  it("explains the same settings in .env.example and in the doctor", async () => {
    const example = [...(await read(".env.example")).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(example.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });
});
