import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ramp, tiers } from "../scoring/measures.ts";
import type { Scorecard, ScorecardMeasure } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 as DEFAULT } from "../scoring/scorecard-default-v1.ts";
import { diffScorecards } from "./diff-scorecards.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const toJson = (card: Scorecard): Json => JSON.parse(JSON.stringify(card)) as Json;
const fromJson = (json: Json): Scorecard => JSON.parse(JSON.stringify(json)) as Scorecard;
const copy = (): Scorecard => fromJson(toJson(DEFAULT));
const changed = (change: (card: Scorecard) => void): string[] => {
  const card = copy();
  change(card);
  return diffScorecards(DEFAULT, card);
};
const measureOf = (card: Scorecard, signal: string): ScorecardMeasure => {
  const found = card.dimensions.flatMap((d) => d.measures).find((m) => m.signal === signal);
  if (!found) throw new Error(`${signal} is not in the definition`);
  return found;
};
const dimensionOf = (card: Scorecard, key: string) => {
  const found = card.dimensions.find((d) => d.key === key);
  if (!found) throw new Error(`${key} is not in the definition`);
  return found;
};

/** Places of all numbers, texts and absences, but for the version and the names that things are known by. */
function leaves(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, part]) =>
    ["version", "signal", "key", "kind", "notApplicableTo"].includes(key)
      ? []
      : leaves(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function withLeaf(
  value: Json,
  [key, ...rest]: readonly (string | number)[],
  change: (leaf: Json) => Json,
): Json {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((part, i) => (i === key ? withLeaf(part, rest, change) : part));
  if (value === null || typeof value !== "object") throw new Error(`no ${key}`);
  return { ...value, [key]: withLeaf(value[key] ?? null, rest, change) };
}

/** What the platform's own names look like, and none of ours. */
const CODE = /[a-z]_[a-z]|\b[a-z]+[A-Z]|undefined|null|NaN|\[object/;

describe("diffScorecards", () => {
  it("finds nothing to say between a definition and itself, whatever its version is called", () => {
    expect(diffScorecards(DEFAULT, copy())).toEqual([]);
    expect(diffScorecards(DEFAULT, { ...copy(), version: "acme-1" })).toEqual([]);
  });

  it("says every single change of a number or a text in a sentence without codes", () => {
    const places = leaves(toJson(DEFAULT));
    expect(places.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.double({ min: 0.01, max: 50, noNaN: true }), (place, by) => {
        const step = Number(by.toPrecision(6));
        const after = fromJson(
          withLeaf(toJson(DEFAULT), place, (leaf) =>
            typeof leaf === "number" ? leaf + step : `${String(leaf)} changed`,
          ),
        );
        for (const sentences of [diffScorecards(DEFAULT, after), diffScorecards(after, DEFAULT)]) {
          expect(sentences).toHaveLength(1);
          expect(sentences[0]).toMatch(/^[A-Z].*\.$/s);
          expect(sentences[0]).not.toMatch(CODE);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("says every cap that comes or goes, and every segment", () => {
    for (const cap of ["urgentTicket", "noticeOfNonRenewal", "lowCsat"] as const)
      expect(changed((card) => (card.caps[cap] = null))).toEqual([
        expect.stringContaining("none instead of"),
      ]);
    expect(changed((card) => dimensionOf(card, "growth").notApplicableTo.pop())).toEqual([
      "Growth now counts for new accounts.",
    ]);
  });

  it.each<[string, (card: Scorecard) => void, string[]]>([
    [
      "a weight",
      (card) => {
        dimensionOf(card, "satisfaction").weight = 30;
      },
      ["Satisfaction counts 30 of 100 instead of 25."],
    ],
    [
      "a measure's weight",
      (card) => {
        measureOf(card, "nps").weight = 30;
      },
      ["NPS counts 30% of Satisfaction instead of 20%."],
    ],
    [
      "a point of a ramp",
      (card) => {
        measureOf(card, "seats_used").scale = ramp([0.2, 0], [0.9, 100]);
      },
      ["The ramp of Seats in use now reaches 100 at 90% (was 80%)."],
    ],
    [
      "a step",
      (card) => {
        measureOf(card, "won_expansion").scale = tiers([0, 35], [1, 80], [2, 100]);
      },
      ["The steps of Expansions won now give 80 from 1 deal (was 85)."],
    ],
    [
      "another scale",
      (card) => {
        measureOf(card, "champion").scale = ramp([0, 10], [1, 100]);
      },
      [
        "Champion is now measured by: 10 points up to not present, rising evenly to 100 at present (was: 100 points if present, else 0).",
      ],
    ],
    [
      "a band",
      (card) => {
        card.bands.greenFrom = 80;
      },
      ["Green begins at 80 instead of 75."],
    ],
    [
      "the urgent cap",
      (card) => {
        card.caps.urgentTicket = { limit: 40, afterHours: 24 };
      },
      [
        "Cap for urgent tickets: 40 at most once a ticket has been open for 24 hours instead of 49 at most once a ticket has been open for 2 days.",
      ],
    ],
  ])("says %s in words", (_, change, sentences) => {
    expect(changed(change)).toEqual(sentences);
  });

  it("says what became of signals of one's own", () => {
    const own: Scorecard["customSignals"][number] = {
      key: "pulse",
      label: "Pulse",
      unit: "of 10",
      definition: "What the last call left behind.",
      source: "hubspot",
      kind: "choice",
      choices: { good: 100, bad: 0 },
      staleAfterDays: 30,
      isFinancial: false,
    };
    const base = { ...DEFAULT, customSignals: [own] };
    expect(diffScorecards(DEFAULT, base)).toEqual([
      "“Pulse” is a new signal of your own, read from HubSpot.",
    ]);
    expect(diffScorecards(base, DEFAULT)).toEqual(["“Pulse” is no longer a signal of your own."]);
    const changes: Partial<typeof own>[] = [
      { label: "Mood" },
      { unit: "" },
      { definition: "Something else." },
      { source: "zendesk" },
      { kind: "number" },
      { choices: { good: 90, bad: 0 } },
      { choices: { good: 100 } },
      { staleAfterDays: null },
      { isFinancial: true },
    ];
    for (const change of changes) {
      const sentences = diffScorecards(base, { ...base, customSignals: [{ ...own, ...change }] });
      expect([change, sentences]).toEqual([
        change,
        [expect.stringMatching(/^Your signal “.*” .* instead of .*\.$/)],
      ]);
    }
  });

  it("says what came, went, moved and was reordered", () => {
    const nps = measureOf(copy(), "nps");
    const without = copy();
    dimensionOf(without, "satisfaction").measures.shift();
    expect(diffScorecards(without, DEFAULT)).toEqual(["NPS is new in Satisfaction with 20%."]);
    expect(diffScorecards(DEFAULT, without)).toEqual(["NPS no longer counts in Satisfaction."]);
    dimensionOf(without, "growth").measures.push(nps);
    expect(diffScorecards(DEFAULT, without)).toEqual([
      "NPS moved from Satisfaction to Growth, with 20% there.",
    ]);
    expect(changed((card) => card.dimensions.reverse())).toEqual(["The dimensions stand in another order."]);
    expect(changed((card) => dimensionOf(card, "growth").measures.reverse())).toEqual([
      "The measures of Growth stand in another order.",
    ]);
    const [only] = copy().dimensions.splice(0, 1);
    const smaller = { ...copy(), dimensions: copy().dimensions.slice(1) };
    expect(diffScorecards(smaller, DEFAULT)).toContain("Engagement is a new dimension and counts 30 of 100.");
    expect(diffScorecards(DEFAULT, smaller)).toContain(`${only?.label} is no longer a dimension.`);
  });
});
