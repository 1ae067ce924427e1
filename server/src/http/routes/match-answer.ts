import { linkConfidence, recordRef, suggestionConfidence } from "@bellwether/shared";
import { z } from "zod";
import type {
  DuplicateGroup,
  MatchedAccount,
  MatchOutcome,
  MatchSuggestion,
  StoredMatchAction,
  UnmatchedParty,
} from "../../services/ports.ts";

const confidence = z.object({
  /** 0 to 1, by the rule. */
  value: z.number(),
  words: z.string(),
});
const rule = z.enum(["anchor", "external_id", "domain", "name", "person"]);
const instant = z.iso.datetime();

const matchRow = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("account"),
    accountId: z.uuid(),
    name: z.string(),
    links: z.array(
      z.object({
        ref: recordRef,
        name: z.string().nullable(),
        rule,
        confidence,
        linkedAt: instant,
        /** `null` = the matching rules. */
        linkedBy: z.string().nullable(),
        /** Gone at its platform; its history still counts. */
        isRemoved: z.boolean(),
      }),
    ),
    conflicts: z.array(z.object({ ref: recordRef, reason: z.string() })),
  }),
  z.object({
    kind: z.literal("suggestion"),
    ref: recordRef,
    name: z.string().nullable(),
    accountId: z.uuid(),
    accountName: z.string(),
    rule,
    confidence,
    reason: z.string(),
  }),
  z.object({
    kind: z.literal("unmatched"),
    ref: recordRef,
    name: z.string().nullable(),
    domains: z.array(z.string()),
    externalId: z.string().nullable(),
    accountId: z.uuid().nullable(),
    reason: z.string(),
  }),
  z.object({
    kind: z.literal("duplicate"),
    shared: z.enum(["domain", "external_id", "name"]),
    value: z.string(),
    accounts: z.array(z.object({ accountId: z.uuid(), name: z.string(), refs: z.array(recordRef) })),
    reason: z.string(),
  }),
]);
type MatchRow = z.infer<typeof matchRow>;

export const matchPage = z.object({ rows: z.array(matchRow), next: z.string().nullable() });

const CONFLICTS = {
  twin: "The rules linked another record of the same kind to this account too.",
  domain: "It was linked by a domain that no other record of this account has any more.",
  external_id: "It was linked by an id that no other record of this account carries any more.",
} as const;

export const accountRow = (account: MatchedAccount): MatchRow => ({
  kind: "account",
  accountId: account.id,
  name: account.name,
  links: account.links.map(({ accountId: _, ...link }) => ({
    ...link,
    confidence: { ...linkConfidence(link.rule) },
    linkedAt: link.linkedAt.toISOString(),
  })),
  conflicts: account.conflicts.map(({ ref, kind }) => ({ ref, reason: CONFLICTS[kind] })),
});

export const suggestionRow = (
  suggestion: MatchSuggestion & { name: string | null; accountName: string },
): MatchRow => ({
  kind: "suggestion",
  ...suggestion,
  confidence: { ...suggestionConfidence(suggestion.rule) },
});

export const unmatchedRow = ({ isCustomer: _, domains, ...party }: UnmatchedParty): MatchRow => ({
  kind: "unmatched",
  ...party,
  domains: [...domains],
  reason:
    party.accountId === null
      ? "It belongs to no account."
      : "No record of another platform belongs to its account.",
});

const SHARED = {
  domain: (value: string) => `These accounts share the domain ${value}.`,
  external_id: (value: string) => `Records of these accounts carry the same external id, ${value}.`,
  name: (value: string) => `These accounts have the same name, apart from its spelling: ${value}.`,
} as const;

export const duplicateRow = ({ kind, value, accounts }: DuplicateGroup): MatchRow => ({
  kind: "duplicate",
  shared: kind,
  value,
  accounts: accounts.map(({ id, ...account }) => ({ accountId: id, ...account })),
  reason: SHARED[kind](value),
});

const actionView = z.object({
  id: z.uuid(),
  kind: z.enum(["confirm", "reject", "split", "merge", "undo"]),
  at: instant,
  by: z.string(),
  /** The action as it was asked for. */
  asked: z.unknown(),
  /** The action that took it back. */
  undoneBy: z.string().nullable(),
  /** Parties that it moved. */
  moved: z.array(z.object({ ref: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
});

export const actionPage = z.object({ actions: z.array(actionView), next: z.string().nullable() });

export const toActionView = (action: StoredMatchAction): z.infer<typeof actionView> => ({
  id: action.id,
  kind: action.asked.kind,
  at: action.at.toISOString(),
  by: action.byName,
  asked: action.asked,
  undoneBy: action.undoneBy,
  moved: Object.entries(action.after.links).flatMap(([ref, link]) => {
    const [from, to] = [action.before.links[ref]?.accountId ?? null, link?.accountId ?? null];
    return from === to ? [] : [{ ref, from, to }];
  }),
});

export const outcomeView = z.object({
  outcome: z.enum(["done", "unchanged", "refused"]),
  /** `null` where nothing was done; its id undoes it. */
  action: actionView.nullable(),
  /** Of what was refused: why, and what to do. */
  reason: z.string().nullable(),
});

export const toOutcomeView = (outcome: MatchOutcome): z.infer<typeof outcomeView> => ({
  outcome: outcome.kind,
  action: outcome.kind === "done" ? toActionView(outcome.action) : null,
  reason: outcome.kind === "refused" ? outcome.reason : null,
});
