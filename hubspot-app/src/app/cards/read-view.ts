import type { AccountHealthView } from "@bellwether/shared";
import { isObject } from "./call-server.ts";

/** What a server of an earlier version does not send yet. */
const ABSENT = {
  redFlags: [],
  override: null,
  corrections: [],
  counterfactual: null,
  lost: null,
  bandLines: null,
  may: { correct: false, override: false },
} satisfies Partial<AccountHealthView>;

/**
 * The view in an answer's body. The server validates what it sends; this only tells it from another server's answer
 * and fills in what an earlier version leaves out.
 * @returns `null` when it is something else
 */
export function readView(body: unknown): AccountHealthView | null {
  if (!isView(body)) return null;
  return {
    ...ABSENT,
    ...body,
    contributions: body.contributions.map((contribution) => ({
      ...contribution,
      evidence: contribution.evidence ?? [],
    })),
  };
}

const isView = (body: unknown): body is AccountHealthView =>
  isObject(body) &&
  isObject(body["account"]) &&
  isObject(body["churnRisk"]) &&
  isObject(body["trend"]) &&
  Array.isArray(body["contributions"]);
