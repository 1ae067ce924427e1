import {
  type AccountId,
  accountsOfAction,
  type MatchAction,
  type MatchRule,
  type MatchScene,
  type MatchState,
  pairKey,
  partyOfAction,
  type RecordRef,
  type TenantId,
} from "@bellwether/shared";
import type { StoredMatchAction } from "../../services/ports.ts";
import {
  FIND_ACTIONS,
  SCENE_ACCOUNTS,
  SCENE_LINKS,
  SCENE_PARTIES,
  SCENE_REJECTIONS,
  SCENE_SUGGESTIONS,
} from "./match-sql.ts";
import { refOf } from "./record-key.ts";
import type { Sql } from "./sql.ts";

export interface ActionRow {
  id: string;
  position: number;
  at: Date;
  actor: string;
  by_name: string;
  asked: MatchAction;
  before: MatchState;
  after: MatchState;
  undone_by: string | null;
}

export const toAction = (row: ActionRow): StoredMatchAction => ({
  id: row.id,
  asked: row.asked,
  at: row.at,
  actor: row.actor,
  byName: row.by_name,
  before: row.before,
  after: row.after,
  undoneBy: row.undone_by,
});

/** Those that are to be undone, by id. */
export async function actionsToUndo(
  sql: Sql,
  tenant: TenantId,
  actions: readonly MatchAction[],
): Promise<Map<string, StoredMatchAction>> {
  const ids = actions.flatMap((action) => (action.kind === "undo" ? [action.id] : []));
  if (ids.length === 0) return new Map();
  const rows = await sql.query<ActionRow>(FIND_ACTIONS, [tenant, ids]);
  return new Map(rows.map((row) => [row.id, toAction(row)]));
}

/** All that the actions can touch, read in sets. */
export async function readScene(
  sql: Sql,
  tenant: TenantId,
  actions: readonly MatchAction[],
  undone: Iterable<StoredMatchAction>,
  ownAccountOf: (ref: RecordRef) => AccountId,
): Promise<MatchScene> {
  const states = [...undone].map((action) => action.after);
  const named = [
    ...actions.map(partyOfAction).filter((ref) => ref !== null),
    ...states.flatMap((state) => Object.keys(state.links)),
  ];
  const ownAccounts = new Map(
    actions.flatMap((action) =>
      action.kind === "split" ? [[partyOfAction(action) ?? "", ownAccountOf(action.ref)] as const] : [],
    ),
  );
  const accounts = await sql.query<AccountRow>(SCENE_ACCOUNTS, [
    tenant,
    named,
    [
      ...actions.flatMap(accountsOfAction),
      ...ownAccounts.values(),
      ...states.flatMap((state) => Object.keys(state.accounts)),
    ],
  ]);
  const links = await sql.query<LinkRow>(SCENE_LINKS, [tenant, accounts.map((account) => account.id)]);
  const refs = [...new Set([...named, ...links.map((link) => link.ref)])];
  const parties = await sql.query<{ ref: string; name: string | null }>(SCENE_PARTIES, [tenant, refs]);
  const suggestions = await sql.query<SuggestionRow>(SCENE_SUGGESTIONS, [tenant, refs]);
  const rejections = await sql.query<RejectionRow>(SCENE_REJECTIONS, [tenant, refs]);
  return {
    state: {
      links: Object.fromEntries(links.map((row) => [row.ref, toLink(row)])),
      accounts: Object.fromEntries(accounts.map((row) => [row.id, { mergedInto: row.merged_into }])),
      suggestions: Object.fromEntries(
        suggestions.map(({ rule, reason, ...row }) => [pairKey(row.ref, row.account_id), { rule, reason }]),
      ),
      rejections: Object.fromEntries(
        rejections.map((row) => [
          pairKey(row.ref, row.account_id),
          { at: row.rejected_at.toISOString(), by: row.rejected_by },
        ]),
      ),
    },
    partyNames: new Map(parties.map((row) => [row.ref, row.name ?? ""])),
    accountNames: new Map(accounts.map((row) => [row.id, row.name])),
    ownAccounts,
  };
}

interface AccountRow {
  id: string;
  name: string;
  merged_into: string | null;
}

interface LinkRow {
  ref: string;
  account_id: string;
  rule: MatchRule;
  linked_at: Date;
  linked_by: string | null;
}

const toLink = (row: LinkRow): MatchState["links"][string] => ({
  accountId: row.account_id,
  rule: row.rule,
  linkedAt: row.linked_at.toISOString(),
  linkedBy: row.linked_by,
});

interface SuggestionRow {
  ref: string;
  account_id: string;
  rule: "name" | "domain";
  reason: string;
}

interface RejectionRow {
  ref: string;
  account_id: string;
  rejected_at: Date;
  rejected_by: string;
}

/** Named as the matching rules name the account of a party. */
export function accountNameOf(scene: MatchScene, ref: string): string {
  const { objectType, id } = refOf(ref);
  return scene.partyNames.get(ref) || `${objectType} ${id}`;
}
