import type { AccountId, Party, RecordRef, TenantId } from "@bellwether/shared";
import type { MatchSuggestion, PartyLink } from "./links.ts";
import type { StoredHealth } from "./scores.ts";

export interface AccountSummary {
  id: AccountId;
  name: string;
  createdAt: Date;
  links: PartyLink[];
  suggestions: MatchSuggestion[];
}

export interface AccountStore {
  /** Parties by ref, from the stored records. */
  parties(tenant: TenantId, refs: readonly RecordRef[]): Promise<Party[]>;
  /** Parties without an account that could get one (customers, organizations), in keyset pages by ref key. */
  unlinkedParties(tenant: TenantId, after: string | null, limit: number): Promise<Party[]>;
  /** Parties of the other platform that share an external id, a domain or a normalised name with one of `parties`, with the account they are linked to. */
  candidates(
    tenant: TenantId,
    parties: readonly Party[],
  ): Promise<(Party & { accountId: AccountId | null })[]>;
  /**
   * One transaction: accounts, links (existing ones stay), suggestions, marks on the accounts, scoring wake-up. What a
   * person decided stays: a party that belongs elsewhere founds no account, a rejected pair is neither linked nor
   * suggested, and what would join a merged account joins its survivor.
   */
  link(
    tenant: TenantId,
    change: {
      accounts: readonly { id: AccountId; name: string; createdAt: Date }[];
      links: readonly PartyLink[];
      suggestions: readonly MatchSuggestion[];
    },
  ): Promise<void>;
  /** A merged account is answered by its survivor, under the survivor's id. */
  find(tenant: TenantId, id: AccountId): Promise<AccountSummary | null>;
  /** Without merged ones, as in `list`. */
  count(tenant: TenantId): Promise<number>;
  list(
    tenant: TenantId,
    page: { after: string | null; limit: number },
  ): Promise<{ accounts: (AccountSummary & { latest: StoredHealth | null })[]; next: string | null }>;
}
