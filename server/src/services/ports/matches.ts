import type {
  AccountId,
  MatchAction,
  MatchState,
  ObjectType,
  Party,
  RecordRef,
  TenantId,
} from "@bellwether/shared";
import type { MatchSuggestion, PartyLink } from "./links.ts";

/** A link with when it was made, and by whom; `null` = the matching rules. */
export interface DatedLink extends PartyLink {
  name: string | null;
  linkedAt: Date;
  linkedBy: string | null;
  /** Gone at its platform; its history still counts. */
  isRemoved: boolean;
}

export interface MatchedAccount {
  id: AccountId;
  name: string;
  links: DatedLink[];
  /** Links by the rules that the records speak against; `twin` = two records of one type that no person put together. */
  conflicts: { ref: RecordRef; kind: "domain" | "external_id" | "twin" }[];
}

export interface StoredMatchAction {
  id: string;
  asked: MatchAction;
  at: Date;
  /** `Actor.id`, and the name for people. */
  actor: string;
  byName: string;
  before: MatchState;
  after: MatchState;
  /** The action that took it back. */
  undoneBy: string | null;
}

/** What several accounts have in common. */
export interface DuplicateGroup {
  kind: DuplicateKind;
  /** The id, the domain or the normalised name. */
  value: string;
  accounts: { id: AccountId; name: string; refs: RecordRef[] }[];
}
export type DuplicateKind = "domain" | "external_id" | "name";

export interface UnmatchedParty extends Party {
  /** Its account, where it has one but nobody else is in it. */
  accountId: AccountId | null;
}

/** What became of an action. */
export type MatchOutcome =
  | { kind: "done"; action: StoredMatchAction }
  /** It was so already; of an undo with the action that did it. */
  | { kind: "unchanged" }
  | { kind: "refused"; code: "not_found" | "conflict"; reason: string };

export interface AskedMatch {
  /** Of the action, if it is done. */
  id: string;
  action: MatchAction;
}

interface Keyset {
  /** `next` of the page before. */
  after: string | null;
  limit: number;
}
/** A page may have fewer rows than asked for, or none, and still a `next`: it looks at so many rows at most. */
export interface MatchPage<T> {
  rows: T[];
  next: string | null;
}

export interface MatchStore {
  /**
   * One transaction, one person after the other: each action is decided on what those before it left, and leaves its
   * links before and after. Accounts that got or lost a party are marked, their records in the outbox change hands,
   * and the scoring is woken up. An undo also brings back the results from before the action, and takes those since
   * out of the history.
   * Accounts that are being scored are waited for, so that no score of the former links is stored afterwards.
   * @throws {AppError} `conflict` where that takes too long; nothing is changed then
   * @param ownAccountOf the account that a party founds
   * @returns one outcome each, in order
   */
  act(
    tenant: TenantId,
    asked: readonly AskedMatch[],
    decision: {
      at: Date;
      actor: { id: string; name: string };
      ownAccountOf(ref: RecordRef): AccountId;
    },
  ): Promise<MatchOutcome[]>;
  /** Newest first. */
  actions(tenant: TenantId, page: Keyset): Promise<MatchPage<StoredMatchAction>>;
  /** Accounts of more than one party; `confirmed` = with a person's word, `conflict` = see `conflicts`. */
  matched(
    tenant: TenantId,
    only: "all" | "confirmed" | "conflict",
    page: Keyset,
  ): Promise<MatchPage<MatchedAccount>>;
  suggested(
    tenant: TenantId,
    page: Keyset,
  ): Promise<MatchPage<MatchSuggestion & { name: string | null; accountName: string }>>;
  /** Customers, organizations and groups without a counterpart on another platform; of one type or all. */
  unmatched(tenant: TenantId, type: ObjectType | null, page: Keyset): Promise<MatchPage<UnmatchedParty>>;
  duplicates(tenant: TenantId, page: Keyset): Promise<MatchPage<DuplicateGroup>>;
}
