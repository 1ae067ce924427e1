import { canonicalJson } from "../canonical-json.ts";
import { isFinancial } from "../open-explanation.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import type { BacktestPlan } from "./looks.ts";

/** Dimensions that count deals or seats bought, as one text; `null` = none does. */
function financialPart({ dimensions }: Scorecard): string | null {
  const found = dimensions.filter(({ measures }) => measures.some(({ signal }) => isFinancial(signal)));
  return found.length === 0 ? null : canonicalJson(found);
}

/**
 * Whether a customer's score under the candidate tells more about money than the one in force does. Who may write a
 * draft could else make one of a financial measure alone, and read that measure off the scores.
 */
export const tellsOfMoney = ({ current, candidate }: Pick<BacktestPlan, "current" | "candidate">): boolean =>
  (["new", "growing", "established"] as const).some((segment) => {
    const part = financialPart(candidate[segment]);
    return part !== null && part !== financialPart(current[segment]);
  });

/** Instead of what is left out for those who may not see it. */
export const NEEDS_FINANCIAL_GRANT =
  "This version counts deals or seats in another way than the one in force, so single customers are shown only with the financial grant. All numbers of the whole book are complete.";
