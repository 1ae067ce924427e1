import type { AccountId, MatchRule, RecordRef } from "@bellwether/shared";

export interface PartyLink {
  ref: RecordRef;
  accountId: AccountId;
  rule: MatchRule;
}

export interface MatchSuggestion {
  ref: RecordRef;
  accountId: AccountId;
  rule: "name" | "domain";
  /** Why it is only a suggestion, for people. */
  reason: string;
}
