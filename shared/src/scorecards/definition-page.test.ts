import { describe, expect, it } from "vitest";
import type { Scorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 as DEFAULT } from "../scoring/scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 as SIX } from "../scoring/scorecard-six-v1.ts";
import { measureTextOf } from "../scoring/signals/measure-text.ts";
import { definitionPage } from "./definition-page.ts";
import { blocksToHtml, blocksToMarkdown } from "./page-blocks.ts";
import { RULES } from "./rules.ts";

const OWN: Scorecard["customSignals"] = [
  {
    key: "pulse",
    label: "Pulse",
    unit: "",
    definition: "What the last call left behind.",
    source: "hubspot",
    kind: "choice",
    choices: { good: 100, bad: 0 },
    staleAfterDays: 30,
    isFinancial: true,
  },
];

describe("the definition page", () => {
  it.each([DEFAULT, SIX, { ...DEFAULT, customSignals: OWN }])("tells all of $version", (card) => {
    const markdown = blocksToMarkdown(definitionPage(card));
    for (const { label, weight, measures } of card.dimensions) {
      expect(markdown).toContain(`## ${label}: ${weight} of 100`);
      for (const { signal } of measures)
        expect(markdown).toContain(measureTextOf(card.customSignals, signal).definition);
    }
    for (const rule of RULES) expect(markdown).toContain(`${rule.what} ${rule.value(card)}.`);
    expect(markdown).not.toMatch(/undefined|null|NaN|\[object/);
    for (const { label } of card.customSignals) expect(markdown).toContain(`- ${label}: `);
    expect(markdown).toContain("at most 15 points, with a reason and for 30 days at most");
  });

  it("says the default definition as people do", () => {
    const markdown = blocksToMarkdown(definitionPage(DEFAULT));
    expect(markdown).toContain("0 points up to 20%, rising evenly to 100 at 80%");
    expect(markdown).toContain("all but new accounts");
    expect(markdown).toContain("100 points if present, else 0");
    expect(markdown).not.toContain("Signals of your own");
  });

  it("takes names for text and never for markup", () => {
    const name = '<script>alert("1")</script> | *a* # [b](c)';
    const blocks = definitionPage({ ...DEFAULT, name });
    const html = blocksToHtml(name, blocks);
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(blocksToMarkdown(blocks).split("\n")[0]).toBe(
      '# \\<script\\>alert("1")\\</script\\> \\| \\*a\\* \\# \\[b\\](c) (default-1)',
    );
  });

  it("is a whole document as HTML, with every table's rows", () => {
    const html = blocksToHtml(DEFAULT.name, definitionPage(DEFAULT));
    expect(html).toMatch(/^<!doctype html><html lang="en">.*<\/html>$/s);
    const rows = DEFAULT.dimensions.flatMap((d) => d.measures).length + DEFAULT.dimensions.length;
    expect(html.match(/<tr><td data-of="[^"]+">/g)).toHaveLength(rows);
  });
});
