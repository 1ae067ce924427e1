import { describe, expect, it } from "vitest";
import default1 from "../../../tests/fixtures/golden/default-1.json" with { type: "json" };
import six1 from "../../../tests/fixtures/golden/six-1.json" with { type: "json" };
import { foldAsOf } from "../fold-observations.ts";
import { observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import type { HealthResult } from "./health-result.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "./scorecard-six-v1.ts";

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));
const CASES = [
  ...default1.cases.map((c) => ["default-1", c.name, SCORECARD_DEFAULT_V1, c] as const),
  ...six1.cases.map((c) => ["six-1", c.name, SCORECARD_SIX_V1, c] as const),
];

/**
 * What the published scorecards and `prior-1` say of a few customers, to the last bit. They are frozen: a difference
 * here means that stored scores can no longer be explained, so changed numbers belong into a new version with its
 * own file.
 */
describe("golden results", () => {
  it.each(CASES)("of %s: %s", (_, __, scorecard, { ledger, createdAt, evaluations, results }) => {
    const observations = ledger.map((o) => observation.parse(o));
    let previous: HealthResult | null = null;
    const found = evaluations.map(({ now, sources }) => {
      const at = new Date(now);
      previous = scoreAccount({
        state: foldAsOf(observations, at),
        createdAt: new Date(createdAt),
        scorecard,
        churnModel: CHURN_PRIOR_V1,
        now: at,
        sources: { crm: instant(sources.crm), tickets: instant(sources.tickets) },
        previous,
      });
      return previous;
    });
    expect(JSON.parse(JSON.stringify(found))).toEqual(results);
  });
});
