import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { translate } from "./translate.ts";
import en from "./translations/en.json" with { type: "json" };

it("fills in what is named and leaves the rest visible", () => {
  expect(translate("churn_interval", { low: "1%" })).toBe("80% interval 1% to {{high}}");
});

it("has no phrase that the app does not use", async () => {
  const files = await readdir(import.meta.dirname, { recursive: true });
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."));
  const code = (
    await Promise.all(sources.map((file) => readFile(join(import.meta.dirname, file), "utf8")))
  ).join();
  // A phrase is named outright, or by the beginning that a state is added to.
  const beginnings = [...code.matchAll(/translate\(`(\w+)\$\{/g)].map(([, beginning]) => beginning ?? "");
  const unused = Object.keys(en.ui).filter(
    (phrase) =>
      !code.includes(`"${phrase}"`) && !beginnings.some((beginning) => phrase.startsWith(beginning)),
  );
  expect(unused).toEqual([]);
});
