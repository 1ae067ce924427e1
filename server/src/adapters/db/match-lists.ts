import { type AccountId, FREE_MAIL_DOMAINS, type MatchRule, type TenantId } from "@bellwether/shared";
import type {
  DatedLink,
  DuplicateGroup,
  DuplicateKind,
  MatchedAccount,
  MatchStore,
} from "../../services/ports.ts";
import {
  MATCHED,
  MATCHED_LINKS,
  MOST_SEEN,
  SUGGESTED,
  sharedBy,
  sharedValues,
  UNMATCHED,
} from "./match-list-sql.ts";
import { refOf } from "./record-key.ts";
import type { Database } from "./sql.ts";

type Lists = Pick<MatchStore, "matched" | "suggested" | "unmatched" | "duplicates">;

/** The reading half of the match store. */
export const matchLists = (database: Database): Lists => ({
  matched: async (tenant, only, { after, limit }) => {
    const rows = await database.query<Extent & NamedRow>(MATCHED, [tenant, after, only, limit + 1]);
    const { shown, next } = pageOf(rows, "id", limit);
    const ids = shown.map((row) => row.id);
    const links = await database.query<LinkRow>(MATCHED_LINKS, [tenant, ids]);
    const linksOf = Map.groupBy(links, (link) => link.account_id);
    return {
      rows: shown.map((row) => toMatched(row, linksOf.get(row.id) ?? [])),
      next,
    };
  },
  suggested: async (tenant, { after, limit }) => {
    const [ref = "", account = ""] = (after ?? "").split(" ");
    const rows = await database.query<SuggestedRow>(SUGGESTED, [tenant, ref, account, limit + 1]);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      rows: shown.map((row) => ({
        ref: refOf(row.ref),
        accountId: row.account_id,
        rule: row.rule,
        reason: row.reason,
        name: row.name,
        accountName: row.account_name,
      })),
      next: rows.length > limit && last ? `${last.ref} ${last.key}` : null,
    };
  },
  unmatched: async (tenant, type, { after, limit }) => {
    const rows = await database.query<Extent & PartyRow>(UNMATCHED, [tenant, after ?? "", type, limit + 1]);
    const { shown, next } = pageOf(rows, "ref", limit);
    return {
      rows: shown.map((row) => ({
        ref: refOf(row.ref),
        name: row.name,
        domains: row.domains,
        externalId: row.external_id,
        isCustomer: row.is_customer,
        accountId: row.account_id,
      })),
      next,
    };
  },
  duplicates: (tenant, page) => duplicates(database, tenant, page),
});

interface Extent {
  scanned: number;
  last: string | null;
}

/** A page that found less than it could goes on behind the last row that it looked at. */
function pageOf<K extends string, T extends Extent & Record<K, string>>(
  rows: readonly T[],
  key: K,
  limit: number,
): { shown: T[]; next: string | null } {
  // without a find there is one row of nothing but the extent
  const found = rows.filter((row) => row[key] !== null);
  const shown = found.slice(0, limit);
  const [extent] = rows;
  // where none was wanted any more: from the beginning
  if (found.length > limit) return { shown, next: shown.at(-1)?.[key] ?? "" };
  return { shown, next: extent === undefined || extent.scanned < MOST_SEEN ? null : extent.last };
}

interface NamedRow {
  id: AccountId;
  name: string;
}

interface LinkRow {
  ref: string;
  account_id: AccountId;
  rule: MatchRule;
  linked_at: Date;
  linked_by: string | null;
  is_removed: boolean;
  name: string | null;
  conflict: MatchedAccount["conflicts"][number]["kind"] | null;
}

const toMatched = ({ id, name }: NamedRow, links: readonly LinkRow[]): MatchedAccount => ({
  id,
  name,
  links: links.map(
    (row): DatedLink => ({
      ref: refOf(row.ref),
      accountId: id,
      rule: row.rule,
      name: row.name,
      linkedAt: row.linked_at,
      linkedBy: row.linked_by,
      isRemoved: row.is_removed,
    }),
  ),
  conflicts: links.flatMap((row) => (row.conflict ? [{ ref: refOf(row.ref), kind: row.conflict }] : [])),
});

interface SuggestedRow {
  ref: string;
  key: string;
  account_id: AccountId;
  rule: "name" | "domain";
  reason: string;
  name: string | null;
  account_name: string;
}

interface PartyRow {
  ref: string;
  name: string | null;
  domains: string[];
  external_id: string | null;
  is_customer: boolean;
  account_id: AccountId | null;
}

const KINDS = ["domain", "external_id", "name"] as const satisfies readonly DuplicateKind[];

/** One kind after the other; a page may have the end of one and the beginning of the next. */
async function duplicates(
  database: Database,
  tenant: TenantId,
  { after, limit }: { after: string | null; limit: number },
): ReturnType<MatchStore["duplicates"]> {
  const cut = after?.indexOf(" ") ?? -1;
  const from = after === null ? null : { kind: after.slice(0, cut), value: after.slice(cut + 1) };
  const found: { kind: DuplicateKind; value: string }[] = [];
  let next: string | null = null;
  for (const kind of KINDS) {
    if (next !== null || (from !== null && kind < from.kind)) continue;
    const left = limit - found.length;
    const rows = await database.query<Extent & { value: string }>(sharedValues(kind), [
      tenant,
      kind === from?.kind ? from.value : "",
      kind === "domain" ? [...FREE_MAIL_DOMAINS] : [],
      left + 1,
    ]);
    const page = pageOf(rows, "value", left);
    found.push(...page.shown.map(({ value }) => ({ kind, value })));
    if (page.next !== null) next = `${kind} ${page.next}`;
  }
  return { rows: await groupsOf(database, tenant, found), next };
}

async function groupsOf(
  database: Database,
  tenant: TenantId,
  shown: readonly { kind: DuplicateKind; value: string }[],
): Promise<DuplicateGroup[]> {
  const groups: DuplicateGroup[] = [];
  for (const kind of KINDS) {
    const values = shown.filter((each) => each.kind === kind).map((each) => each.value);
    if (values.length === 0) continue;
    const rows = await database.query<NamedRow & { value: string; ref: string }>(sharedBy(kind), [
      tenant,
      values,
    ]);
    const rowsOf = Map.groupBy(rows, (row) => row.value);
    for (const value of values)
      groups.push({
        kind,
        value,
        accounts: [...Map.groupBy(rowsOf.get(value) ?? [], (row) => row.id)].map(([id, own]) => ({
          id,
          name: own[0]?.name ?? "",
          refs: own.map((row) => refOf(row.ref)),
        })),
      });
  }
  return groups;
}
