import type { MatchRule } from "../party.ts";

export interface MatchConfidence {
  /** 0 to 1: how sure the rule is, not a frequency that was measured. */
  value: number;
  words: string;
}

const BY_RULE: Readonly<Record<MatchRule, MatchConfidence>> = {
  person: { value: 1, words: "Certain: a person decided it." },
  anchor: { value: 1, words: "Certain: the account was made of this record." },
  external_id: { value: 0.99, words: "Very high: both records carry the same id." },
  domain: { value: 0.9, words: "High: the records share a domain that no other customer has." },
  name: { value: 0.5, words: "Low: only the names are the same." },
};
/** Several customers share the domain. */
const SHARED_DOMAIN: MatchConfidence = {
  value: 0.6,
  words: "Medium: the records share a domain, but so do other customers.",
};

export const linkConfidence = (rule: MatchRule): MatchConfidence => BY_RULE[rule];

export const suggestionConfidence = (rule: "name" | "domain"): MatchConfidence =>
  rule === "domain" ? SHARED_DOMAIN : BY_RULE.name;
