import { type AccountId, refKey, type TenantId } from "@bellwether/shared";
import type { AccountStore } from "../../services/ports.ts";
import {
  DROP_SUGGESTIONS,
  HAS_ACCOUNT,
  MARK_ACCOUNTS,
  SAVE_ACCOUNTS,
  SAVE_PARTY_LINKS,
  SAVE_SUGGESTIONS,
} from "./account-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import { LOCK_FOR_RULES, matchesName } from "./match-sql.ts";
import type { Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

type LinkChange = Parameters<AccountStore["link"]>[1];

/** In the transaction of `sql`. Only accounts that got a party are scored anew, so that repeating it costs nothing. */
export async function linkAccounts(
  sql: Sql,
  wakeUps: WakeUps,
  tenantId: TenantId,
  { accounts, links, suggestions }: LinkChange,
): Promise<void> {
  await sql.query(LOCK_FOR_RULES, [matchesName(tenantId)]);
  if (accounts.length > 0)
    await sql.query(SAVE_ACCOUNTS, [
      tenantId,
      rows(
        accounts,
        (account) => account.id,
        ({ id: i, name: n, createdAt: c }) => ({ i, n, c }),
      ),
      linkRows(links),
    ]);
  const grown = await saveLinks(sql, tenantId, links);
  await saveSuggestions(sql, tenantId, suggestions);
  if (grown.length === 0) return;
  await sql.query(MARK_ACCOUNTS, [tenantId, grown]);
  await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId } }]);
}

/** JSON rows, one per key (of several the first counts), in the order of the key. */
function rows<T>(items: readonly T[], keyOf: (item: T) => string, toRow: (item: T) => object): string {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return jsonParameter([...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => toRow(item)));
}

const linkRows = (links: LinkChange["links"]): string =>
  rows(
    links,
    (link) => refKey(link.ref),
    ({ ref, accountId: a, rule: r }) => ({ k: refKey(ref), a, r }),
  );

/** @returns the accounts that got a party, each once */
async function saveLinks(sql: Sql, tenant: TenantId, links: LinkChange["links"]): Promise<AccountId[]> {
  if (links.length === 0) return [];
  const refs = links.map((link) => refKey(link.ref));
  const linked = await sql.query<{ account_id: AccountId }>(SAVE_PARTY_LINKS, [tenant, linkRows(links)]);
  await sql.query(HAS_ACCOUNT, [tenant, refs]);
  await sql.query(DROP_SUGGESTIONS, [tenant, refs]);
  return [...new Set(linked.map((row) => row.account_id))];
}

async function saveSuggestions(
  sql: Sql,
  tenant: TenantId,
  suggestions: LinkChange["suggestions"],
): Promise<void> {
  if (suggestions.length === 0) return;
  await sql.query(DROP_SUGGESTIONS, [tenant, suggestions.map((suggestion) => refKey(suggestion.ref))]);
  await sql.query(SAVE_SUGGESTIONS, [
    tenant,
    rows(
      suggestions,
      (suggestion) => `${refKey(suggestion.ref)} ${suggestion.accountId}`,
      ({ ref, accountId: a, rule: r, reason: w }) => ({ k: refKey(ref), a, r, w }),
    ),
  ]);
}
