import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outcomeKinds } from "../outcomes/outcome.ts";
import { DAY_MS } from "../units.ts";
import { correctionReportSchema, reportCorrections } from "./correction-report.ts";
import { type Aftermath, countedCorrections, type JudgedCorrection, verdictOn } from "./judge-corrections.ts";

const NOW = new Date("2026-11-20T12:00:00.000Z");
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);
const correction = (part: Partial<JudgedCorrection> = {}): JudgedCorrection => ({
  id: "c",
  accountId: "a",
  target: "score",
  direction: "too_high",
  author: "hubspot:7",
  createdAt: daysAgo(100),
  withdrawnAt: null,
  ...part,
});
const after = (part: Partial<Aftermath> = {}): Aftermath => ({
  outcomes: [],
  scoreThen: null,
  scoreLater: null,
  ...part,
});
const outcome = (kind: Aftermath["outcomes"][number]["kind"], days: number) => ({ kind, at: daysAgo(days) });
const label = (target: string) => ({ target, label: target });

const anyCorrection: fc.Arbitrary<JudgedCorrection> = fc.record({
  id: fc.uuid(),
  accountId: fc.constantFrom("a", "b", "c"),
  target: fc.constantFrom("score", "churn_risk", "segment", "nps"),
  direction: fc.constantFrom("too_high", "too_low", "wrong"),
  author: fc.constantFrom("hubspot:1", "zendesk:unverified", "token:x", "admin"),
  createdAt: fc.integer({ min: 0, max: 600 }).map(daysAgo),
  withdrawnAt: fc.constantFrom(null, null, NOW),
});
const anyAftermath: fc.Arbitrary<Aftermath> = fc.record({
  outcomes: fc.array(
    fc.record({
      kind: fc.constantFrom(...outcomeKinds),
      at: fc.integer({ min: -50, max: 700 }).map(daysAgo),
    }),
    { maxLength: 3 },
  ),
  scoreThen: fc.option(fc.integer({ min: 0, max: 100 })),
  scoreLater: fc.option(fc.integer({ min: 0, max: 100 })),
});

describe("who was right", () => {
  it.each([
    ["too_high", "churned", "person_right"],
    ["too_high", "contracted", "person_right"],
    ["too_high", "renewed", "calculation_right"],
    ["too_low", "expanded", "person_right"],
    ["too_low", "churned", "calculation_right"],
    ["wrong", "churned", "cannot_be_judged"],
  ] as const)("a score called %s, then %s: %s", (direction, kind, verdict) => {
    expect(verdictOn(correction({ direction }), after({ outcomes: [outcome(kind, 50)] }), NOW)).toBe(verdict);
  });

  it("takes a churn risk the other way round, and judges it by outcomes alone", () => {
    const low = correction({ target: "churn_risk", direction: "too_low", createdAt: daysAgo(120) });
    expect(verdictOn(low, after({ outcomes: [outcome("churned", 50)] }), NOW)).toBe("person_right");
    expect(verdictOn(low, after({ scoreThen: 80, scoreLater: 20 }), NOW)).toBe("too_early");
    expect(verdictOn({ ...low, createdAt: daysAgo(180) }, after(), NOW)).toBe("calculation_right");
  });

  it("lets the first outcome within 180 days decide, and none from before", () => {
    const made = correction({ createdAt: daysAgo(300) });
    const both = [outcome("renewed", 130), outcome("churned", 290)];
    expect(verdictOn(made, after({ outcomes: both }), NOW)).toBe("person_right");
    expect(
      verdictOn(made, after({ outcomes: [outcome("churned", 310), outcome("churned", 100)] }), NOW),
    ).toBe("calculation_right");
  });

  it("holds a score against the one 30 to 90 days later, once those days are over", () => {
    const scores = after({ scoreThen: 70, scoreLater: 65 });
    expect(verdictOn(correction({ createdAt: daysAgo(89) }), scores, NOW)).toBe("too_early");
    expect(verdictOn(correction({ createdAt: daysAgo(90) }), scores, NOW)).toBe("person_right");
    expect(verdictOn(correction({ direction: "too_low" }), scores, NOW)).toBe("calculation_right");
    expect(verdictOn(correction(), { ...scores, scoreLater: 65.1 }, NOW)).toBe("calculation_right");
  });

  it("gives the opposite verdict for the opposite word wherever an outcome decides", () => {
    fc.assert(
      fc.property(anyCorrection, anyAftermath, (given, then) => {
        const opposite = { too_high: "too_low", too_low: "too_high", wrong: "wrong" } as const;
        const [one, other] = [
          verdictOn(given, { ...then, scoreThen: null }, NOW),
          verdictOn({ ...given, direction: opposite[given.direction] }, { ...then, scoreThen: null }, NOW),
        ];
        expect(new Set([one, other]).size).toBe(one.endsWith("_right") ? 2 : 1);
      }),
    );
  });
});

describe("the report", () => {
  it("counts every correction once, in each of its groupings", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyCorrection, anyAftermath), { maxLength: 30 }), (pairs) => {
        const corrections = pairs.map(([each]) => each);
        const report = reportCorrections(
          corrections,
          new Map(pairs.map(([each, then]) => [each.id, then])),
          label,
          NOW,
        );
        expect(correctionReportSchema.safeParse(report).success).toBe(true);
        const { total, withdrawn, repeated, tooEarly, cannotBeJudged, personRight } = report;
        expect(withdrawn + repeated + tooEarly + cannotBeJudged + personRight.n).toBe(total);
        for (const groups of [report.byTarget, report.byAuthors])
          expect(groups.reduce((sum, group) => sum + group.personRight.n, 0)).toBe(personRight.n);
        expect(personRight.rate === null).toBe(personRight.n < 10);
      }),
    );
  });

  it("says nothing below ten, and a share with its interval from there on; never a name", () => {
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) =>
        correction({ id: `c${i}`, accountId: `a${i}`, author: `hubspot:${i}` }),
      );
    const lost = (n: number) =>
      new Map(
        many(n).map((c, i) => [c.id, after({ outcomes: [outcome(i < 6 ? "churned" : "renewed", 40)] })]),
      );
    expect(reportCorrections(many(9), lost(9), label, NOW).personRight).toMatchObject({
      n: 9,
      rate: null,
      sentence: expect.stringContaining("not enough"),
    });
    const report = reportCorrections(many(10), lost(10), label, NOW);
    expect(report.personRight).toMatchObject({ n: 10, count: 6, rate: 0.6 });
    expect(report.personRight.low95).toBeLessThan(0.6);
    expect(report.byAuthors).toMatchObject([{ authors: "hubspot", label: "HubSpot users" }]);
    expect(JSON.stringify(report)).not.toMatch(/hubspot:\d/);
  });

  it("counts the same word about the same account once in 180 days", () => {
    const all = [0, 100, 179, 180, 400].map((days) =>
      correction({ id: `c${days}`, createdAt: daysAgo(days) }),
    );
    expect(countedCorrections(all).map((c) => c.id)).toEqual(["c400", "c180", "c0"]);
  });
});
