import {
  type AccountId,
  FREE_MAIL_DOMAINS,
  type MatchRule,
  type Party,
  type RecordRef,
  refKey,
  type TenantId,
} from "@bellwether/shared";
import type { AccountStore, AccountSummary, MatchSuggestion } from "../../services/ports.ts";
import { CANDIDATES, FIND_ACCOUNT, PARTIES, UNLINKED_PARTIES } from "./account-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import { linkAccounts } from "./link-accounts.ts";
import { externalKey, nameKey } from "./party-rows.ts";
import { refOf } from "./record-key.ts";
import type { Database } from "./sql.ts";
import { resultIn, type StoredResult } from "./stored-result.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createAccountStore(database: Database, wakeUps: WakeUps): AccountStore {
  return {
    parties: async (tenant, refs) =>
      (await database.query<PartyRow>(PARTIES, [tenant, refs.map(refKey)])).map(toParty),
    unlinkedParties: async (tenant, after, limit) =>
      (await database.query<PartyRow>(UNLINKED_PARTIES, [tenant, after ?? "", limit])).map(toParty),
    candidates: async (tenant, parties) => {
      const rows = await database.query<PartyRow & { account_id: AccountId | null }>(CANDIDATES, [
        tenant,
        jsonParameter(parties.map(lookUpRow)),
      ]);
      return rows.map((row) => ({ ...toParty(row), accountId: row.account_id }));
    },
    link: (tenant, change) => database.transaction((sql) => linkAccounts(sql, wakeUps, tenant, change)),
    find: async (tenant, id) => {
      const rows = await database.query<AccountRow>(FIND_ACCOUNT, [tenant, id]);
      return (await summaries(database, tenant, rows))[0] ?? null;
    },
    count: (tenant) =>
      database.orm((prisma) => prisma.account.count({ where: { tenantId: tenant, mergedInto: null } })),
    list: (tenant, page) => list(database, tenant, page),
  };
}

interface AccountRow {
  id: string;
  name: string;
  createdAt: Date;
}

interface PartyRow {
  ref: string;
  name: string | null;
  domains: string[];
  external_id: string | null;
  is_customer: boolean;
}

const toParty = (row: PartyRow): Party => ({
  ref: refOf(row.ref),
  name: row.name,
  domains: row.domains,
  externalId: row.external_id,
  isCustomer: row.is_customer,
});

/** Free-mail domains are looked up by nobody: thousands of customers may share one. */
const lookUpRow = (party: Party): object => ({
  f: party.ref.platform,
  e: externalKey(party.externalId),
  i: externalKey(party.ref.id),
  n: nameKey(party),
  d: party.domains.filter((domain) => !FREE_MAIL_DOMAINS.has(domain)),
});

/** In the order of `rows`. Parties that are gone at their platform are not shown. */
async function summaries(
  database: Database,
  tenant: TenantId,
  rows: readonly AccountRow[],
): Promise<AccountSummary[]> {
  if (rows.length === 0) return [];
  const where = { tenantId: tenant, accountId: { in: rows.map((row) => row.id) } };
  const orderBy = { ref: "asc" as const };
  const links = await database.orm((prisma) =>
    prisma.partyLink.findMany({ where: { ...where, removedAt: null }, orderBy }),
  );
  const suggestions = await database.orm((prisma) => prisma.matchSuggestion.findMany({ where, orderBy }));
  const linksOf = Map.groupBy(links, (link) => link.accountId);
  const suggestionsOf = Map.groupBy(suggestions, (suggestion) => suggestion.accountId);
  return rows.map((row) => {
    const id = row.id as AccountId;
    const ofAccount = (found: { ref: string }): { ref: RecordRef; accountId: AccountId } => ({
      ref: refOf(found.ref),
      accountId: id,
    });
    return {
      id,
      name: row.name,
      createdAt: row.createdAt,
      links: (linksOf.get(id) ?? []).map((link) => ({ ...ofAccount(link), rule: link.rule as MatchRule })),
      suggestions: (suggestionsOf.get(id) ?? []).map(
        (suggestion): MatchSuggestion => ({
          ...ofAccount(suggestion),
          rule: suggestion.rule as MatchSuggestion["rule"],
          reason: suggestion.reason,
        }),
      ),
    };
  });
}

/** In the order of ids. */
async function list(
  database: Database,
  tenant: TenantId,
  { after, limit }: { after: string | null; limit: number },
): ReturnType<AccountStore["list"]> {
  const rows = await database.orm((prisma) =>
    prisma.account.findMany({
      where: { tenantId: tenant, mergedInto: null, ...(after !== null && { id: { gt: after } }) },
      orderBy: { id: "asc" },
      take: limit + 1, // one more says whether there is a next page
    }),
  );
  const shown = rows.slice(0, limit);
  const current = await database.orm((prisma) =>
    prisma.healthCurrent.findMany({
      where: { tenantId: tenant, accountId: { in: shown.map((row) => row.id) } },
      select: { accountId: true, packed: true, result: true },
    }),
  );
  // as the score store wrote it
  const latest = new Map(
    current.map(({ accountId, packed, result }) => [
      accountId,
      resultIn({ packed, result: result as StoredResult | null }),
    ]),
  );
  const accounts = (await summaries(database, tenant, shown)).map((account) => {
    const result = latest.get(account.id);
    return { ...account, latest: result ? { result, isReconstructed: false } : null };
  });
  return { accounts, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}
