import { type AccountId, refKey, type TenantId } from "@bellwether/shared";
import type { PartyLink, Succession } from "../../services/ports.ts";
import { MARK_ACCOUNTS } from "./account-sql.ts";
import {
  FOLLOW_ACCOUNT,
  HAND_OUTBOX_OVER,
  HAS_INHERITED,
  INHERIT_LINK,
  KNOWN_PARTIES,
  LINKS_OF_PARTIES,
  MOVE_PARTIES,
} from "./fate-sql.ts";
import { LOCK_FOR_DECISION, matchesName } from "./match-sql.ts";
import type { Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

type Link = Pick<PartyLink, "accountId" | "rule"> & { ref: string };

/**
 * In the transaction of `sql`, one after the other, because each may stand on the one before: people merge records
 * by hand, a few at a time. @returns those that are carried out
 */
export async function carryOutSuccessions(
  sql: Sql,
  wakeUps: WakeUps,
  tenantId: TenantId,
  successions: readonly Succession[],
): Promise<Succession[]> {
  await sql.query(LOCK_FOR_DECISION, [matchesName(tenantId)]);
  const done: Succession[] = [];
  const grown = new Set<AccountId>();
  for (const succession of successions) {
    const account = await carryOut(sql, tenantId, succession);
    if (account === "waiting") continue;
    done.push(succession);
    if (account !== "nothing") grown.add(account);
  }
  if (grown.size > 0) {
    await sql.query(MARK_ACCOUNTS, [tenantId, [...grown].toSorted()]);
    await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId } }]);
  }
  return done;
}

/** @returns the account that goes on; `nothing` = it belonged to none */
async function carryOut(
  sql: Sql,
  tenant: TenantId,
  { kind, ref, into }: Succession,
): Promise<AccountId | "nothing" | "waiting"> {
  const keys = { gone: refKey(ref), next: refKey(into) };
  const links = await sql.query<Link>(LINKS_OF_PARTIES, [tenant, [keys.gone, keys.next]]);
  const gone = links.find((link) => link.ref === keys.gone);
  const next = links.find((link) => link.ref === keys.next);
  if (gone === undefined) return "nothing";
  if (next === undefined) {
    const isKnown = (await sql.query(KNOWN_PARTIES, [tenant, [keys.next]])).length > 0;
    if (kind === "merged" && !isKnown) return "waiting";
    await sql.query(INHERIT_LINK, [tenant, keys.next, gone.accountId, gone.rule]);
    await sql.query(HAS_INHERITED, [tenant, keys.next]);
    return gone.accountId;
  }
  const [from, to] = kind === "renamed" ? [next, gone] : [gone, next];
  if (from.accountId === to.accountId) return to.accountId;
  const way = [tenant, from.accountId, to.accountId] as const;
  await sql.query(MOVE_PARTIES, [...way, from.ref]);
  await sql.query(HAND_OUTBOX_OVER, way);
  await sql.query(FOLLOW_ACCOUNT, way);
  return to.accountId;
}
