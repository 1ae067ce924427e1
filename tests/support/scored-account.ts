import type { AccountId, HealthResult, ScoreInputs } from "@bellwether/shared";
import type { ScoredAccount } from "../../server/src/services/ports.ts";

export const scoreInputs = (part: Partial<ScoreInputs> = {}): ScoreInputs => ({
  position: "0",
  subjects: [],
  createdAt: "2026-01-01T00:00:00.000Z",
  now: "2026-03-01T12:00:00.000Z",
  sources: { crm: null, tickets: null, ticketsFrom: null },
  previous: null,
  overrides: [],
  lostAt: null,
  ...part,
});

/** What is stored of a calculation; what a test is about stands in `part`. */
export const scoredAccount = (
  accountId: AccountId,
  result: HealthResult,
  part: Partial<ScoredAccount> = {},
): ScoredAccount => ({
  accountId,
  calculatedAt: new Date(result.scoredAt),
  result,
  inputs: scoreInputs({ now: result.scoredAt }),
  memories: [],
  desired: [],
  ticketBand: null,
  ...part,
});
