import { z } from "zod";
import type { MatchRule } from "../party.ts";

const matchRules = [
  "anchor",
  "external_id",
  "domain",
  "name",
  "person",
] as const satisfies readonly MatchRule[];

const link = z.object({
  accountId: z.string(),
  rule: z.enum(matchRules),
  linkedAt: z.iso.datetime(),
  /** `null` = the matching rules. */
  linkedBy: z.string().nullable(),
});
export type MatchLink = z.infer<typeof link>;

/**
 * Links, accounts, suggestions and rejections by key; `null` = there is none. As `before` and `after` of an action it
 * has what the action touched: all parties of the accounts that got or lost one.
 */
export const matchState = z.object({
  /** By `refKey` of the party. */
  links: z.record(z.string(), link.nullable()),
  /** By account; `mergedInto` is never an account that is merged itself. */
  accounts: z.record(z.string(), z.object({ mergedInto: z.string().nullable() }).nullable()),
  /** By `pairKey`. */
  suggestions: z.record(
    z.string(),
    z.object({ rule: z.enum(["name", "domain"]), reason: z.string() }).nullable(),
  ),
  /** By `pairKey`: a person said that the party does not belong there. */
  rejections: z.record(z.string(), z.object({ at: z.iso.datetime(), by: z.string() }).nullable()),
});
export type MatchState = z.infer<typeof matchState>;

export const noMatches = (): MatchState => ({ links: {}, accounts: {}, suggestions: {}, rejections: {} });

/** Of a party and an account. */
export const pairKey = (ref: string, account: string): string => `${ref} ${account}`;
export function pairOf(key: string): { ref: string; accountId: string } {
  const cut = key.lastIndexOf(" ");
  return { ref: key.slice(0, cut), accountId: key.slice(cut + 1) };
}

/** `state` with what `change` says. */
export const withChange = (state: MatchState, change: MatchState): MatchState => ({
  links: { ...state.links, ...change.links },
  accounts: { ...state.accounts, ...change.accounts },
  suggestions: { ...state.suggestions, ...change.suggestions },
  rejections: { ...state.rejections, ...change.rejections },
});

/** What `state` has for the keys of `change`. */
export const partOf = (state: MatchState, change: MatchState): MatchState => ({
  links: picked(state.links, change.links),
  accounts: picked(state.accounts, change.accounts),
  suggestions: picked(state.suggestions, change.suggestions),
  rejections: picked(state.rejections, change.rejections),
});

const picked = <T>(from: Record<string, T | null>, keys: Record<string, unknown>): Record<string, T | null> =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, from[key] ?? null]));

/** Parties of an account, in the order of their keys. */
export const membersOf = (state: MatchState, account: string): string[] =>
  Object.entries(state.links)
    .filter(([, known]) => known?.accountId === account)
    .map(([ref]) => ref)
    .toSorted();

/** The account that answers for this one: itself, unless it was merged. */
export const survivorOf = (state: MatchState, account: string): string =>
  state.accounts[account]?.mergedInto ?? account;
