import { describe, expect, it } from "vitest";
import golden from "../../../tests/fixtures/golden/default-1.json" with { type: "json" };
import { foldAsOf } from "../fold-observations.ts";
import { observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import type { HealthResult } from "./health-result.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));

/**
 * What `default-1` and `prior-1` say of a few customers, to the last bit. Both are frozen: a difference here means
 * that stored scores can no longer be explained, so changed numbers belong into a new version with its own file.
 */
describe("golden results of default-1 and prior-1", () => {
  it.each(golden.cases.map((c) => [c.name, c] as const))(
    "%s",
    (_, { ledger, createdAt, evaluations, results }) => {
      const observations = ledger.map((o) => observation.parse(o));
      let previous: HealthResult | null = null;
      const found = evaluations.map(({ now, sources }) => {
        const at = new Date(now);
        previous = scoreAccount({
          state: foldAsOf(observations, at),
          createdAt: new Date(createdAt),
          scorecard: SCORECARD_DEFAULT_V1,
          churnModel: CHURN_PRIOR_V1,
          now: at,
          sources: { crm: instant(sources.crm), tickets: instant(sources.tickets) },
          previous,
        });
        return previous;
      });
      expect(JSON.parse(JSON.stringify(found))).toEqual(results);
    },
  );
});
