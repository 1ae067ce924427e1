import { readFile } from "node:fs/promises";
import { algorithmPage, builtInScorecards, CHURN_PRIOR_V1 } from "@bellwether/shared";
import { expect, it } from "vitest";

const text = algorithmPage(builtInScorecards(), CHURN_PRIOR_V1);

it("stands in docs/ALGORITHM.md as the definitions are (`npm run metrics` writes it)", async () => {
  expect(await readFile(new URL("../docs/ALGORITHM.md", import.meta.url), "utf8")).toBe(text);
});

it("follows the definitions: another weight is another page", () => {
  const [first, ...others] = builtInScorecards();
  if (first === undefined) throw new Error("no scorecard comes with the product");
  const bands = { ...first.bands, yellowFrom: 51 };
  expect(algorithmPage([{ ...first, bands }, ...others], CHURN_PRIOR_V1)).not.toBe(text);
  expect(algorithmPage(builtInScorecards(), { ...CHURN_PRIOR_V1, horizonDays: 60 })).not.toBe(text);
});
