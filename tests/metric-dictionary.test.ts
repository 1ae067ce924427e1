import { readFile } from "node:fs/promises";
import { CHURN_PRIOR_V1, metricDictionary, SCORECARD_DEFAULT_V1 } from "@bellwether/shared";
import { describe, expect, it } from "vitest";

const text = metricDictionary(SCORECARD_DEFAULT_V1, CHURN_PRIOR_V1);

describe("metric dictionary", () => {
  it("stands in docs/metrics.md as the definitions are (`npm run metrics` writes it)", async () => {
    expect(await readFile(new URL("../docs/metrics.md", import.meta.url), "utf8")).toBe(text);
  });
  it("describes every measure once", () => {
    const measures = SCORECARD_DEFAULT_V1.dimensions.flatMap((d) => d.measures);
    expect(text.match(/^### /gm)).toHaveLength(measures.length);
  });
});
