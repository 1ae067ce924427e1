import {
  type ConnectionId,
  canonicalJson,
  type MatchScene,
  type MatchState,
  noMatches,
  pairOf,
  type TenantId,
} from "@bellwether/shared";
import type { StoredMatchAction } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { accountNameOf } from "./match-scene.ts";
import {
  CLEAR_RECORDS,
  HAND_OVER,
  KEEP_HEALTH,
  KNOW_WHO_WAITS,
  MARK_TOUCHED,
  POINT_ACCOUNTS,
  RESTORE_HEALTH,
  SAVE_ACTIONS,
  SET_LINKS,
  SET_REJECTIONS,
  SET_SUGGESTIONS,
  UNSET_LINKS,
  UNSET_REJECTIONS,
  UNSET_SUGGESTIONS,
  VOID_SNAPSHOTS,
} from "./match-sql.ts";
import { refOf } from "./record-key.ts";
import { FORGET_SHADOWS } from "./shadow-store.ts";
import type { Sql } from "./sql.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

/** A score that was calculated from the links as they were would be stored after them. */
export class BeingScored extends Error {}

/**
 * Writes the difference between two states with the actions that led there, in the transaction of `sql`.
 * @throws {BeingScored} where it has to be tried again in a moment
 */
export async function commitMatches(
  sql: Sql,
  wakeUps: WakeUps,
  tenantId: TenantId,
  { scene, state, done, at }: { scene: MatchScene; state: MatchState; done: StoredMatchAction[]; at: Date },
): Promise<void> {
  const touched = [...new Set(done.flatMap(accountsTouchedBy))].toSorted();
  await mark(sql, tenantId, touched);
  const change = differenceOf(scene.state, state);
  await sql.query(SAVE_ACTIONS, [tenantId, jsonParameter(done.map(actionRow))]);
  await rememberHealth(sql, tenantId, done);
  await pointAccounts(sql, tenantId, change, scene, at);
  await setLinks(sql, tenantId, change.links);
  await setPairs(sql, tenantId, change);
  const cleared = await handOver(sql, tenantId, scene.state, change.links);
  const wake: WakeUp[] = cleared.map((connectionId) => ({ name: "write-back", payload: { connectionId } }));
  if (touched.length > 0) wake.push({ name: "score-accounts", payload: { tenantId } });
  if (wake.length > 0) await wakeUps.send(sql, wake);
}

async function mark(sql: Sql, tenant: TenantId, accounts: readonly string[]): Promise<void> {
  if (accounts.length === 0) return;
  const rows = await sql.query<{ is_held: boolean }>(MARK_TOUCHED, [tenant, accounts]);
  if (rows.some((row) => row.is_held)) throw new BeingScored("an account of these is being scored");
}

/** What `state` has otherwise than `from`. */
function differenceOf(from: MatchState, state: MatchState): MatchState {
  const changed = <T>(old: Record<string, T>, now: Record<string, T>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(now)
        .filter(([key, value]) => canonicalJson(value ?? null) !== canonicalJson(old[key] ?? null))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    ...noMatches(),
    links: changed(from.links, state.links),
    accounts: changed(from.accounts, state.accounts),
    suggestions: changed(from.suggestions, state.suggestions),
    rejections: changed(from.rejections, state.rejections),
  };
}

const actionRow = (
  { id, asked, at, actor, byName, before, after }: StoredMatchAction,
  p: number,
): object => ({
  ...{ p, i: id, k: asked.kind, t: at, w: actor, b: byName, q: asked, o: before, n: after },
  u: asked.kind === "undo" ? asked.id : null,
});

/** Accounts that got or lost a party: their score becomes another one. */
function accountsTouchedBy({ before, after }: StoredMatchAction): string[] {
  const moved = Object.keys(after.links).filter(
    (ref) => before.links[ref]?.accountId !== after.links[ref]?.accountId,
  );
  const accounts = moved.flatMap((ref) => [before.links[ref]?.accountId, after.links[ref]?.accountId]);
  return [...new Set(accounts.filter((account) => account !== undefined))];
}

async function rememberHealth(sql: Sql, tenant: TenantId, done: readonly StoredMatchAction[]): Promise<void> {
  const rows = done.flatMap((action, p) => {
    const { asked } = action;
    const x = asked.kind === "undo" ? asked.id : action.id;
    return accountsTouchedBy(action).map((a) => ({ p, x, a, isUndo: asked.kind === "undo" }));
  });
  const kept = rows.filter((row) => !row.isUndo);
  if (kept.length > 0) await sql.query(KEEP_HEALTH, [tenant, jsonParameter(kept)]);
  const undone = rows.filter((row) => row.isUndo);
  if (undone.length === 0) return;
  for (const statement of [VOID_SNAPSHOTS, FORGET_SHADOWS, ...RESTORE_HEALTH])
    await sql.query(statement, [tenant, jsonParameter(undone)]);
}

async function pointAccounts(
  sql: Sql,
  tenant: TenantId,
  { accounts, links }: MatchState,
  scene: MatchScene,
  at: Date,
): Promise<void> {
  const rows = Object.entries(accounts).map(([i, account]) => {
    const founder = Object.keys(links).find((ref) => links[ref]?.accountId === i);
    const n = scene.accountNames.get(i) ?? (founder === undefined ? i : accountNameOf(scene, founder));
    return { i, n, c: at, m: account?.mergedInto ?? null };
  });
  if (rows.length > 0) await sql.query(POINT_ACCOUNTS, [tenant, jsonParameter(rows)]);
}

async function setLinks(sql: Sql, tenant: TenantId, links: MatchState["links"]): Promise<void> {
  const refs = Object.keys(links);
  if (refs.length === 0) return;
  const rows = Object.entries(links).flatMap(([k, link]) =>
    link ? [{ k, a: link.accountId, r: link.rule, t: link.linkedAt, b: link.linkedBy }] : [],
  );
  if (rows.length > 0) await sql.query(SET_LINKS, [tenant, jsonParameter(rows)]);
  const gone = refs.filter((ref) => !links[ref]);
  if (gone.length > 0) await sql.query(UNSET_LINKS, [tenant, gone]);
  await sql.query(KNOW_WHO_WAITS, [tenant, refs]);
}

async function setPairs(sql: Sql, tenant: TenantId, { suggestions, rejections }: MatchState): Promise<void> {
  const pair = (key: string): { k: string; a: string } => {
    const { ref, accountId } = pairOf(key);
    return { k: ref, a: accountId };
  };
  const write = async (statement: string, rows: readonly object[]): Promise<void> => {
    if (rows.length > 0) await sql.query(statement, [tenant, jsonParameter(rows)]);
  };
  const gone = (entries: Record<string, unknown>): object[] =>
    Object.keys(entries)
      .filter((key) => !entries[key])
      .map(pair);
  await write(UNSET_SUGGESTIONS, gone(suggestions));
  await write(
    SET_SUGGESTIONS,
    Object.entries(suggestions).flatMap(([key, s]) => (s ? [{ ...pair(key), r: s.rule, w: s.reason }] : [])),
  );
  await write(UNSET_REJECTIONS, gone(rejections));
  await write(
    SET_REJECTIONS,
    Object.entries(rejections).flatMap(([key, r]) => (r ? [{ ...pair(key), t: r.at, b: r.by }] : [])),
  );
}

/** @returns connections with records that have no account any more and are to be cleared */
async function handOver(
  sql: Sql,
  tenant: TenantId,
  from: MatchState,
  links: MatchState["links"],
): Promise<ConnectionId[]> {
  const moved = Object.entries(links).filter(
    ([ref, link]) => (from.links[ref]?.accountId ?? null) !== (link?.accountId ?? null),
  );
  if (moved.length === 0) return [];
  const records = jsonParameter(
    moved.map(([k, link]) => {
      const { platform: f, objectType: y, id: i } = refOf(k);
      return { k, f, y, i, a: link?.accountId ?? null };
    }),
  );
  await sql.query(HAND_OVER, [tenant, records]);
  const rows = await sql.query<{ connection_id: ConnectionId }>(CLEAR_RECORDS, [tenant, records]);
  return [...new Set(rows.map((row) => row.connection_id))];
}
