import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refKey } from "../source-record.ts";
import { accountId } from "../tenant.ts";
import type { MatchAction } from "./match-action.ts";
import { type MatchState, noMatches, pairKey, withChange } from "./match-state.ts";
import { type DecidedAction, type MatchPlan, type MatchScene, planMatch } from "./plan-match.ts";
import { planUndo } from "./plan-undo.ts";

const refOf = (n: number) => ({ platform: "hubspot", objectType: "company", id: `${n}` }) as const;
const keyOf = (n: number): string => refKey(refOf(n));
const idOf = (n: number) => accountId.parse(`00000000-0000-4000-8000-00000000000${n}`);
const decision = { at: "2026-03-01T00:00:00.000Z", by: "Ann" };
const SIZE = 5;
const all = Array.from({ length: SIZE }, (_, n) => n);

const sceneOf = (state: MatchState): MatchScene => ({
  state,
  partyNames: new Map(all.map((n) => [keyOf(n), `Party ${n}`])),
  accountNames: new Map(all.map((n) => [idOf(n), `Account ${n}`])),
  ownAccounts: new Map(all.map((n) => [keyOf(n), idOf(n)])),
});
const foundLink = (account: number): MatchState["links"][string] =>
  account < 0
    ? null
    : { accountId: idOf(account), rule: "anchor", linkedAt: "2026-01-01T00:00:00.000Z", linkedBy: null };
/** Party n is in account n, by the rules, but for those in `at`; -1 = in none. */
const start = (at: Record<number, number> = {}): MatchState => ({
  ...noMatches(),
  links: Object.fromEntries(all.map((n) => [keyOf(n), foundLink(at[n] ?? n)])),
  accounts: Object.fromEntries(all.map((n) => [idOf(n), (at[n] ?? n) === n ? { mergedInto: null } : null])),
});
const changed = (plan: MatchPlan): { before: MatchState; after: MatchState } => {
  if (plan.kind !== "change") throw new Error(JSON.stringify(plan));
  return plan;
};
const refusal = (plan: MatchPlan): string => (plan.kind === "refused" ? plan.reason : plan.kind);
const act = (state: MatchState, action: DecidedAction) => {
  const done = changed(planMatch(sceneOf(state), action, decision));
  return { done, state: withChange(state, done.after) };
};
const merge = (from: number, into: number): DecidedAction => ({
  kind: "merge",
  from: idOf(from),
  into: idOf(into),
});
const split = (n: number): DecidedAction => ({ kind: "split", ref: refOf(n) });
const confirm = (n: number, account: number): DecidedAction => ({
  kind: "confirm",
  ref: refOf(n),
  accountId: idOf(account),
});

describe("planMatch", () => {
  it("merges, follows the pointer, and gives a split party its old account back", () => {
    const merged = act(start(), merge(1, 0)).state;
    expect(merged.accounts[idOf(1)]).toEqual({ mergedInto: idOf(0) });
    const twice = act(merged, merge(0, 2)).state;
    expect(twice.accounts[idOf(1)]).toEqual({ mergedInto: idOf(2) });
    expect(planMatch(sceneOf(twice), merge(0, 2), decision)).toEqual({ kind: "unchanged" });
    const apart = act(twice, split(1)).state;
    expect(apart.links[keyOf(1)]).toMatchObject({ accountId: idOf(1), rule: "person", linkedBy: "Ann" });
    expect(apart.accounts[idOf(1)]).toEqual({ mergedInto: null });
    expect(apart.rejections[pairKey(keyOf(1), idOf(2))]).not.toBeNull();
  });

  it("confirms once, links what has no account, and takes the other suggestions away", () => {
    const state: MatchState = {
      ...start({ 3: -1 }),
      suggestions: { [pairKey(keyOf(3), idOf(0))]: { rule: "name", reason: "x" } },
      rejections: { [pairKey(keyOf(3), idOf(1))]: decision },
    };
    const linked = act(state, confirm(3, 1)).state;
    expect(linked.links[keyOf(3)]).toMatchObject({ accountId: idOf(1), rule: "person" });
    expect([linked.suggestions, linked.rejections].flatMap(Object.values)).toEqual([null, null]);
    expect(planMatch(sceneOf(linked), confirm(3, 1), decision)).toEqual({ kind: "unchanged" });
    expect(refusal(planMatch(sceneOf(linked), confirm(3, 0), decision))).toMatch(
      /belongs to the account “Account 1”/,
    );
  });

  it("rejects what is suggested, once", () => {
    const key = pairKey(keyOf(3), idOf(0));
    const state = { ...start({ 3: -1 }), suggestions: { [key]: { rule: "name" as const, reason: "x" } } };
    const reject: DecidedAction = { kind: "reject", ref: refOf(3), accountId: idOf(0) };
    const { state: after, done } = act(state, reject);
    expect([after.suggestions[key], after.rejections[key]]).toEqual([null, decision]);
    expect(planMatch(sceneOf(after), reject, decision)).toEqual({ kind: "unchanged" });
    const back = withChange(after, changed(planUndo(sceneOf(after), done)).after);
    expect([back.suggestions[key], back.rejections[key]]).toEqual([{ rule: "name", reason: "x" }, null]);
  });

  it("keeps records of two accounts apart, and knows nothing to reject of one that has none", () => {
    const reject: DecidedAction = { kind: "reject", ref: refOf(2), accountId: idOf(0) };
    expect(act(start(), reject).state.rejections[pairKey(keyOf(2), idOf(0))]).toEqual(decision);
    expect(refusal(planMatch(sceneOf(start({ 2: -1 })), reject, decision))).toMatch(/is not suggested/);
  });

  it.each([
    [merge(0, 0), /with itself/],
    [merge(1, 2), /“Account 1” was merged into “Account 0” already/],
    [merge(2, 1), /“Account 1” was merged into “Account 0” already/],
    [split(0), /what this account was made of.*HubSpot company 1 \(“Party 1”\)/],
    [{ kind: "reject", ref: refOf(1), accountId: idOf(0) } as DecidedAction, /Split it instead/],
    [split(2), /^unchanged$/],
    [
      { kind: "split", ref: { platform: "zendesk", objectType: "organization", id: "9" } } as DecidedAction,
      /No such/,
    ],
    [{ ...merge(2, 3), from: idOf(9) } as DecidedAction, /no such account/],
  ])("refuses in words: %j", (action, words) => {
    expect(refusal(planMatch(sceneOf(act(start(), merge(1, 0)).state), action, decision))).toMatch(words);
  });

  it("does not undo over what came later, and says what it was", () => {
    const first = act(start(), merge(1, 0));
    const told = (state: MatchState) => refusal(planUndo(sceneOf(state), first.done));
    expect(told(act(first.state, confirm(0, 0)).state)).toMatch(
      /Party 0.* was confirmed since by Ann; undo that first/,
    );
    expect(told(act(first.state, split(1)).state)).toMatch(/Party 1.* has come to “Account 1” since by Ann/);
    expect(told(act(first.state, merge(2, 0)).state)).toMatch(/Party 2.* has joined “Account 0” since/);
    expect(told(act(first.state, merge(0, 2)).state)).toMatch(/has come to “Account 2” since/);
    expect(
      told(withChange(first.state, { ...noMatches(), accounts: { [idOf(1)]: { mergedInto: null } } })),
    ).toMatch(/stands on its own again/);
  });

  it("gives the first links back when any series of actions is undone from its end", () => {
    const number = fc.integer({ min: 0, max: SIZE - 1 });
    const action: fc.Arbitrary<DecidedAction> = fc.oneof(
      number.map(split),
      fc.tuple(number, number).map(([a, b]) => confirm(a, b)),
      fc.tuple(number, number).map(([a, b]) => merge(a, b)),
    );
    const homes = fc.dictionary(fc.constantFrom("0", "1", "2", "3", "4"), fc.integer({ min: -1, max: 0 }));
    fc.assert(
      fc.property(homes, fc.array(action, { maxLength: 14 }), (at, actions: MatchAction[]) => {
        const initial = start({ ...at, 0: 0 });
        let state = initial;
        const done: { before: MatchState; after: MatchState }[] = [];
        for (const wanted of actions) {
          if (wanted.kind === "undo") continue;
          const plan = planMatch(sceneOf(state), wanted, decision);
          if (plan.kind !== "change") continue;
          done.push(plan);
          state = withChange(state, plan.after);
          for (const link of Object.values(state.links))
            if (link) expect(state.accounts[link.accountId]).toEqual({ mergedInto: null });
        }
        for (const each of done.toReversed())
          state = withChange(state, changed(planUndo(sceneOf(state), each)).after);
        expect(state.links).toEqual(initial.links);
        for (const [id, account] of Object.entries(initial.accounts))
          if (account) expect(state.accounts[id]).toEqual(account);
      }),
      { numRuns: 300 },
    );
  });
});
