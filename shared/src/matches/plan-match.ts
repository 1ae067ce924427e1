import { type MatchAction, partyOfAction } from "./match-action.ts";
import {
  type MatchLink,
  type MatchState,
  membersOf,
  noMatches,
  pairKey,
  partOf,
  survivorOf,
  withChange,
} from "./match-state.ts";

/** What an action is decided on: the state around it, and names for the words of a refusal. */
export interface MatchScene {
  state: MatchState;
  /** By `refKey`, empty where one has none; parties that are not known are absent. */
  partyNames: ReadonlyMap<string, string>;
  accountNames: ReadonlyMap<string, string>;
  /** The account that a party of its own would found or has founded, by `refKey`. */
  ownAccounts: ReadonlyMap<string, string>;
}

export interface MatchDecision {
  at: string;
  /** Name of the person. */
  by: string;
}

export type MatchPlan =
  | { kind: "change"; before: MatchState; after: MatchState }
  /** It is so already. */
  | { kind: "unchanged" }
  | { kind: "refused"; code: "not_found" | "conflict"; reason: string };

export const refused = (reason: string, code: "not_found" | "conflict" = "conflict"): MatchPlan => ({
  kind: "refused",
  code,
  reason,
});

export type DecidedAction = Exclude<MatchAction, { kind: "undo" }>;

/** What an action changes, or in words why it cannot be done. */
export function planMatch(scene: MatchScene, action: DecidedAction, decision: MatchDecision): MatchPlan {
  const ref = partyOfAction(action);
  if (action.kind === "split" && ref !== null) return planSplit(scene, ref, decision);
  if (action.kind === "confirm" && ref !== null)
    return planConfirm(scene, ref, survivorOf(scene.state, action.accountId), decision);
  if (action.kind === "reject" && ref !== null) return planReject(scene, ref, action.accountId, decision);
  return action.kind === "merge"
    ? planMerge(scene, action.from, action.into, decision)
    : refused("This cannot be done to a match.");
}

const linkBy = (accountId: string, { at, by }: MatchDecision): MatchLink => ({
  accountId,
  rule: "person",
  linkedAt: at,
  linkedBy: by,
});

function change({ state }: MatchScene, part: Partial<MatchState>): MatchPlan {
  const after = withChange(noMatches(), { ...noMatches(), ...part });
  return { kind: "change", before: partOf(state, after), after };
}

const noParty = (): MatchPlan => refused("No such record is known here.", "not_found");
const noSuchAccount = (): MatchPlan => refused("There is no such account.", "not_found");

/** Every party of these accounts as it is: an undo is clean only while they have these parties and no other. */
const linksOf = (state: MatchState, ...accounts: string[]): MatchState["links"] =>
  Object.fromEntries(
    accounts.flatMap((account) => membersOf(state, account)).map((ref) => [ref, state.links[ref] ?? null]),
  );

function planConfirm(scene: MatchScene, ref: string, account: string, decision: MatchDecision): MatchPlan {
  const { state } = scene;
  if (!scene.partyNames.has(ref)) return noParty();
  const known = state.accounts[account];
  if (!known) return noSuchAccount();
  const link = state.links[ref];
  if (link && link.accountId !== account)
    return refused(
      `${partyName(scene, ref)} belongs to the account ${accountName(scene, link.accountId)}. Split it from there first, or merge the accounts.`,
    );
  if (link?.rule === "person") return { kind: "unchanged" };
  const confirmed = { [ref]: linkBy(account, decision) };
  if (link) return change(scene, { links: confirmed });
  return change(scene, {
    links: { ...linksOf(state, account), ...confirmed },
    accounts: { [account]: known },
    suggestions: Object.fromEntries(suggestionsFor(state, ref).map((key) => [key, null])),
    ...withoutRejections(state, [ref], account),
  });
}

const suggestionsFor = (state: MatchState, ref: string): string[] =>
  Object.keys(state.suggestions).filter((key) => state.suggestions[key] && key.startsWith(`${ref} `));

/** Who joins an account is no longer kept away from it. */
function withoutRejections(
  state: MatchState,
  refs: readonly string[],
  account: string,
): Pick<MatchState, "rejections"> {
  const keys = refs.map((ref) => pairKey(ref, account)).filter((key) => state.rejections[key]);
  return { rejections: Object.fromEntries(keys.map((key) => [key, null])) };
}

function planReject(scene: MatchScene, ref: string, named: string, { at, by }: MatchDecision): MatchPlan {
  const { state } = scene;
  if (!scene.partyNames.has(ref)) return noParty();
  if (!state.accounts[named]) return noSuchAccount();
  const account = survivorOf(state, named);
  if (state.rejections[pairKey(ref, account)]) return { kind: "unchanged" };
  if (state.links[ref]?.accountId === account)
    return refused(
      `${partyName(scene, ref)} is linked to ${accountName(scene, account)}, not only suggested. Split it instead.`,
    );
  const offered = suggestionsFor(state, ref).filter(
    (key) => survivorOf(state, key.slice(ref.length + 1)) === account,
  );
  // of a record with an account of its own it says that the two are no duplicates
  if (offered.length === 0 && !state.links[ref])
    return refused(
      `${partyName(scene, ref)} is not suggested for ${accountName(scene, account)}, or not any more. Read the suggestions again.`,
    );
  return change(scene, {
    links: { [ref]: state.links[ref] ?? null },
    suggestions: Object.fromEntries(offered.map((key) => [key, null])),
    rejections: { [pairKey(ref, account)]: { at, by } },
  });
}

function planSplit(scene: MatchScene, ref: string, decision: MatchDecision): MatchPlan {
  const { state } = scene;
  if (!scene.partyNames.has(ref) && !state.links[ref]) return noParty();
  const link = state.links[ref];
  const own = scene.ownAccounts.get(ref);
  if (!link || own === undefined)
    return refused(`${partyName(scene, ref)} belongs to no account, so there is nothing to split.`);
  const account = link.accountId;
  const others = membersOf(state, account).filter((other) => other !== ref);
  if (others.length === 0) return { kind: "unchanged" };
  if (own === account)
    return refused(
      `${partyName(scene, ref)} is what this account was made of, so it stays. Split the others from it instead: ${others.map((other) => partyName(scene, other)).join(", ")}.`,
    );
  return change(scene, {
    links: { ...linksOf(state, account, own), [ref]: linkBy(own, decision) },
    accounts: { [account]: { mergedInto: null }, [own]: { mergedInto: null } },
    rejections: {
      ...withoutRejections(state, [ref], own).rejections,
      [pairKey(ref, account)]: { at: decision.at, by: decision.by },
    },
  });
}

function planMerge(scene: MatchScene, from: string, into: string, decision: MatchDecision): MatchPlan {
  const { state } = scene;
  const [source, target] = [state.accounts[from], state.accounts[into]];
  if (!source || !target) return noSuchAccount();
  if (from === into) return refused("An account cannot be merged with itself.");
  if (source.mergedInto === into) return { kind: "unchanged" };
  for (const [account, { mergedInto }] of [
    [from, source],
    [into, target],
  ] as const)
    if (mergedInto !== null)
      return refused(
        `${accountName(scene, account)} was merged into ${accountName(scene, mergedInto)} already. Use that account, or undo the merge first.`,
      );
  const moved = membersOf(state, from);
  const followers = Object.keys(state.accounts).filter((id) => state.accounts[id]?.mergedInto === from);
  return change(scene, {
    links: {
      ...linksOf(state, into),
      ...Object.fromEntries(moved.map((ref) => [ref, linkBy(into, decision)])),
    },
    accounts: {
      [into]: target,
      ...Object.fromEntries([from, ...followers].map((id) => [id, { mergedInto: into }])),
    },
    ...withoutRejections(state, moved, into),
  });
}

/** Names in quotation marks; what has none is named by its key. */
export const partyName = (scene: MatchScene, ref: string): string => {
  const name = scene.partyNames.get(ref);
  const [platform = "", type = "", ...id] = ref.split(":");
  const record = `${PLATFORMS[platform] ?? platform} ${type} ${id.join(":")}`;
  return name === undefined || name === "" ? record : `${record} (“${name}”)`;
};
export const accountName = (scene: MatchScene, account: string): string =>
  `“${scene.accountNames.get(account) ?? account}”`;

const PLATFORMS: Readonly<Record<string, string>> = {
  hubspot: "HubSpot",
  zendesk: "Zendesk",
  segment: "Segment",
};
