import { readFile } from "node:fs/promises";
import { builtInScorecards, CHURN_PRIOR_V1, metricDictionary, SIGNALS, signalKeys } from "@bellwether/shared";
import { describe, expect, it } from "vitest";

const text = metricDictionary(builtInScorecards(), CHURN_PRIOR_V1);
const ROWS = ["Formula", "Unit", "Window", "Source", "Without data", "Sample size", "Owner"];

describe("metric dictionary", () => {
  it("stands in docs/metrics.md as the definitions are (`npm run metrics` writes it)", async () => {
    expect(await readFile(new URL("../docs/metrics.md", import.meta.url), "utf8")).toBe(text);
  });

  it("describes every signal once, and says of every metric all that there is to say", () => {
    const entries = text.split(/^### /m).slice(1);
    expect(entries.length).toBeGreaterThan(signalKeys.length);
    for (const key of signalKeys)
      expect(
        entries.filter((entry) => entry.startsWith(`${SIGNALS[key].label}\n`)),
        key,
      ).toHaveLength(1);
    for (const entry of entries)
      for (const row of ROWS) expect(entry).toMatch(new RegExp(`^\\| ${row} \\| \\S.* \\|$`, "m"));
  });

  it("tells the weight of every measure of every scorecard that comes with the product", () => {
    for (const { version, dimensions } of builtInScorecards())
      for (const { measures, label } of dimensions)
        for (const { signal, weight } of measures)
          expect(text, `${version} ${signal}`).toContain(`| In ${version} | ${weight}% of ${label}:`);
  });
});
