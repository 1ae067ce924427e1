import fc from "fast-check";
import { expect, it } from "vitest";
import { DAY_MS } from "../units.ts";
import { lossesOf, settledOutcomes } from "./customer-history.ts";
import { lostSince } from "./lost-since.ts";
import { type Outcome, outcomeKinds, outcomeSources } from "./outcome.ts";

const START = Date.parse("2025-01-01T00:00:00.000Z");
const day = (n: number): Date => new Date(START + n * DAY_MS);
const outcome = (
  kind: Outcome["kind"],
  on: number,
  source: Outcome["source"] = "deal",
  part: Partial<Outcome> = {},
): Outcome => ({ kind, at: day(on), source, sourceKey: `${source}${on}`, reason: null, note: null, ...part });

it("believes the more trusted of two sources that speak of the same end", () => {
  const [stage, word] = [outcome("churned", 10, "lifecycle"), outcome("renewed", 30, "person")];
  expect(settledOutcomes([stage, word])).toEqual([word]);
  expect(lossesOf([stage, word])).toEqual([]);
  // a year later it is another end
  const later = outcome("churned", 400, "lifecycle");
  expect(settledOutcomes([later, word, stage])).toEqual([word, later]);
});

it("never overrules a source by itself, and keeps expansions out of the dispute", () => {
  const all = [outcome("churned", 10), outcome("renewed", 20), outcome("expanded", 21, "lifecycle")];
  expect(settledOutcomes(all)).toEqual(all);
});

it("counts a loss told by three sources once, by the most trusted date and with the reason that is known", () => {
  const told = [
    outcome("churned", 120, "lifecycle"),
    outcome("churned", 60, "deal", { reason: "price" }),
    outcome("churned", 10, "property"),
  ];
  expect(lossesOf(told)).toEqual([{ at: day(10), until: null, reason: "price" }]);
});

it("dates two lost contracts by the last to end", () => {
  expect(lossesOf([outcome("churned", 80), outcome("churned", 10)])[0]?.at).toEqual(day(80));
});

it("takes a lost customer who renews for a customer again", () => {
  const history = [outcome("churned", 10), outcome("renewed", 100), outcome("churned", 300)];
  expect(lossesOf(history).map(({ at, until }) => [at, until])).toEqual([
    [day(10), day(100)],
    [day(300), null],
  ]);
  expect(lostSince(history, day(5))).toBeNull();
  expect(lostSince(history, day(50))).toEqual(day(10));
  expect(lostSince(history, day(200))).toBeNull();
  expect(lostSince(history, day(301))).toEqual(day(300));
});

it("takes a smaller contract for no loss", () => {
  expect(lossesOf([outcome("contracted", 10)])).toEqual([]);
});

const anyOutcome = fc
  .tuple(
    fc.constantFrom(...outcomeKinds),
    fc.integer({ min: 0, max: 400 }),
    fc.constantFrom(...outcomeSources),
    fc.nat(3),
  )
  .map(([kind, on, source, key]) => outcome(kind, on, source, { sourceKey: `${key}` }));

it("gives the same history in any order, with losses that alternate with returns", () => {
  fc.assert(
    fc.property(fc.array(anyOutcome, { maxLength: 10 }), (given) => {
      const losses = lossesOf(given);
      expect(lossesOf(given.toReversed())).toEqual(losses);
      expect(losses.slice(0, -1).every(({ until }) => until !== null)).toBe(true);
      for (const [i, { at }] of losses.entries()) {
        const before = losses[i - 1]?.until;
        if (before) expect(at.getTime()).toBeGreaterThanOrEqual(before.getTime());
      }
    }),
  );
});
