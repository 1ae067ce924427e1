import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COMPANY,
  daysAgo,
  daysAgoText,
  failingFacts,
  healthyFacts,
  NOW,
  ORGANIZATION,
  profile,
  rating,
  usage,
} from "../../../tests/support/account-facts.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import { parseScorecard, type Scorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { DAY_MS } from "../units.ts";
import { type Calculation, calculate, type KnownAccount } from "./calculate.ts";
import { resultDifferences } from "./result-differences.ts";

const OTHER = parseScorecard({
  ...SCORECARD_DEFAULT_V1,
  version: "other-1",
  bands: { ...SCORECARD_DEFAULT_V1.bands, yellowFrom: 20, greenFrom: 30 },
});
const SEEN = { crm: NOW, tickets: NOW };

const known = (part: Partial<KnownAccount> = {}): KnownAccount => ({
  createdAt: daysAgo(800),
  observations: healthyFacts(),
  position: "7",
  subjects: [COMPANY, ORGANIZATION],
  overrides: [],
  memories: [],
  lostAt: null,
  ...part,
});
const under = (scorecard: Scorecard, account: KnownAccount, now = NOW): Calculation =>
  calculate(account, { scorecardFor: () => scorecard, churnModel: CHURN_PRIOR_V1 }, SEEN, now);

describe("the memory of a scorecard version", () => {
  it("goes on after a detour over another version as if there had been none", () => {
    const anyFacts = fc.subarray([...healthyFacts(), ...failingFacts()]);
    fc.assert(
      fc.property(anyFacts, anyFacts, (before, facts) => {
        const earlier = under(SCORECARD_DEFAULT_V1, known({ observations: before }), daysAgo(9));
        const own = known({ observations: facts, memories: earlier.memories });
        const first = under(SCORECARD_DEFAULT_V1, own);
        const detour = under(OTHER, { ...own, memories: first.memories });
        const back = under(SCORECARD_DEFAULT_V1, { ...own, memories: detour.memories });
        expect(JSON.stringify(back.result)).toBe(JSON.stringify(first.result));
      }),
      { numRuns: 200 },
    );
  });

  it("begins with a fresh band, but an account stays at risk since the same day", () => {
    const account = known({ observations: failingFacts() });
    const first = under(SCORECARD_DEFAULT_V1, account, daysAgo(0.1));
    expect(first.result).toMatchObject({ band: "red", atRisk: { isAtRisk: true } });
    const fresh = under(OTHER, { ...account, memories: first.memories });
    // not up from red one band at a time, after days
    expect(fresh.result.band).not.toBe("red");
    expect(fresh.inputs.previous?.bandMemory).toMatchObject({
      band: null,
      isAtRisk: true,
      atRiskSince: first.result.atRisk.since,
    });
    expect(fresh.result.atRisk.since).toBe(first.result.atRisk.since);
  });

  it("is kept for the three versions used last", () => {
    const versions = ["a-1", "b-1", "c-1", "b-1", "d-1"];
    let account = known();
    for (const version of versions)
      account = { ...account, memories: under({ ...OTHER, version }, account).memories };
    expect(account.memories.map((memory) => memory.version)).toEqual(["d-1", "b-1", "c-1"]);
  });
});

describe("a lost account", () => {
  const lostAt = daysAgo(10);
  const facts = [...healthyFacts(), ...failingFacts()].filter((o) => o.at <= lostAt.toISOString());

  it("stands as on the day of the loss, whatever becomes known of later days", () => {
    const later = [
      usage("activeUsers", 0, 5),
      profile("noticeOfNonRenewal", true, 3),
      rating("z", "nps", 0, 1),
    ];
    const override = {
      kind: "points" as const,
      points: -15,
      correctionId: "c",
      reason: "Too late.",
      by: "Ada",
      at: daysAgoText(8),
      expiresAt: daysAgoText(-20),
    };
    const then = under(SCORECARD_DEFAULT_V1, known({ observations: facts, lostAt }), daysAgo(9));
    const now = under(
      SCORECARD_DEFAULT_V1,
      known({ observations: [...later, ...facts], overrides: [override], lostAt }),
    );
    expect(resultDifferences(then.result, now.result)).toEqual([]);
    expect(now.result).toMatchObject({
      lostAt: lostAt.toISOString(),
      scoredAt: lostAt.toISOString(),
      override: null,
    });
  });

  it("counts a fact that was only heard of later, but was true before", () => {
    const late = profile("noticeOfNonRenewal", true, 12);
    const account = known({ observations: [late, ...facts], lostAt });
    expect(under(SCORECARD_DEFAULT_V1, account).result.caps[0]?.cap).toBe("notice_of_non_renewal");
  });

  it("takes a source that was read after the loss for up to date on its day, and learns no more", () => {
    const memories = under(SCORECARD_DEFAULT_V1, known(), new Date(lostAt.getTime() - DAY_MS)).memories;
    const { inputs, memories: after } = under(SCORECARD_DEFAULT_V1, known({ lostAt, memories }));
    expect(inputs.sources).toEqual({
      crm: lostAt.toISOString(),
      tickets: lostAt.toISOString(),
      ticketsFrom: null,
    });
    expect(after).toBe(memories);
  });
});

it("names each value in which two results differ, and none for a result that was stored in between", () => {
  const { result } = under(SCORECARD_DEFAULT_V1, known());
  expect(resultDifferences(JSON.parse(JSON.stringify(result)), result)).toEqual([]);
  const [first, ...rest] = result.contributions;
  if (first === undefined) throw new Error("there are contributions");
  const points = first.points + Number.EPSILON * 8;
  const other = { ...result, coverage: 0, contributions: [{ ...first, points }, ...rest].slice(0, -1) };
  const named = resultDifferences(result, other).map(({ path }) => path.slice(0, 3).join("."));
  expect(named).toEqual([
    "coverage",
    "contributions.0.points",
    `contributions.${result.contributions.length - 1}`,
  ]);
});
