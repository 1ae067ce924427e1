import { canonicalJson } from "../canonical-json.ts";
import { type MatchState, membersOf, noMatches, partOf } from "./match-state.ts";
import { accountName, type MatchPlan, type MatchScene, partyName, refused } from "./plan-match.ts";

/**
 * Everything that an action touched as it was before it, if it still is as the action left it; otherwise in words
 * what came in between. Parties that are gone altogether do not stand in the way.
 */
export function planUndo(scene: MatchScene, done: { before: MatchState; after: MatchState }): MatchPlan {
  const trouble = linkTrouble(scene, done.after) ?? accountTrouble(scene, done.after);
  if (trouble !== null) return refused(trouble);
  const after = restored(scene, done);
  return { kind: "change", before: partOf(scene.state, after), after };
}

function linkTrouble(scene: MatchScene, after: MatchState): string | null {
  const { state } = scene;
  for (const [ref, then] of Object.entries(after.links)) {
    const now = state.links[ref] ?? null;
    if (canonicalJson(now) === canonicalJson(then) || isGone(scene, ref)) continue;
    if (now === null) return `${partyName(scene, ref)} has lost its account since.`;
    if (now.accountId !== then?.accountId)
      return `${partyName(scene, ref)} has come to ${accountName(scene, now.accountId)} since${byWhom(now.linkedBy)}; undo that first.`;
    return `${partyName(scene, ref)} was confirmed since${byWhom(now.linkedBy)}; undo that first.`;
  }
  for (const account of Object.keys(after.accounts)) {
    const joined = membersOf(state, account).find((ref) => after.links[ref] === undefined);
    if (joined !== undefined)
      return `${partyName(scene, joined)} has joined ${accountName(scene, account)} since, so it is not clear where it belongs. Undo that, or split it from there first.`;
  }
  return null;
}

const byWhom = (name: string | null): string => (name === null ? "" : ` by ${name}`);

const isGone = (scene: MatchScene, ref: string): boolean =>
  (scene.state.links[ref] ?? null) === null && !scene.partyNames.has(ref);

function accountTrouble(scene: MatchScene, after: MatchState): string | null {
  const { state } = scene;
  for (const [account, then] of Object.entries(after.accounts)) {
    const now = state.accounts[account] ?? null;
    if (canonicalJson(now) === canonicalJson(then)) continue;
    const into = now?.mergedInto ?? null;
    return into === null
      ? `${accountName(scene, account)} stands on its own again since; that was done later and has to be undone first.`
      : `${accountName(scene, account)} was merged into ${accountName(scene, into)} since; undo that first.`;
  }
  return null;
}

/** An account that the action made is kept, empty, and points to where its party went back. */
function restored(
  scene: MatchScene,
  { before, after }: { before: MatchState; after: MatchState },
): MatchState {
  const gone = Object.keys(before.links).filter((ref) => isGone(scene, ref) && after.links[ref] !== null);
  const made = Object.keys(before.accounts).filter((account) => before.accounts[account] === null);
  return {
    ...noMatches(),
    ...before,
    links: Object.fromEntries(Object.entries(before.links).filter(([ref]) => !gone.includes(ref))),
    accounts: {
      ...before.accounts,
      ...Object.fromEntries(
        made.map((account) => [account, { mergedInto: formerAccount(account, before, after) }]),
      ),
    },
  };
}

function formerAccount(made: string, before: MatchState, after: MatchState): string | null {
  const founder = membersOf(after, made).find((ref) => before.links[ref]);
  return (founder && before.links[founder]?.accountId) ?? null;
}
