import { setTimeout as sleep } from "node:timers/promises";
import {
  type MatchAction,
  type MatchPlan,
  type MatchScene,
  type MatchState,
  planMatch,
  planUndo,
  type TenantId,
  withChange,
} from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { MatchOutcome, MatchStore, StoredMatchAction } from "../../services/ports.ts";
import { BeingScored, commitMatches } from "./match-commit.ts";
import { matchLists } from "./match-lists.ts";
import { type ActionRow, actionsToUndo, readScene, toAction } from "./match-scene.ts";
import { LIST_ACTIONS, LOCK_FOR_DECISION, matchesName } from "./match-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

type Asked = Parameters<MatchStore["act"]>[1];
type Decision = Parameters<MatchStore["act"]>[2];

/** Rounds of scoring take less. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 50;

export function createMatchStore(
  database: Database,
  wakeUps: WakeUps,
  patienceMs: number = PATIENCE_MS,
): MatchStore {
  return {
    act: (tenant, asked, decision) =>
      betweenScorings(patienceMs, () =>
        database.transaction((sql) => act(sql, wakeUps, tenant, asked, decision)),
      ),
    actions: async (tenant, { after, limit }) => {
      const rows = await database.query<ActionRow>(LIST_ACTIONS, [tenant, after, limit + 1]);
      const shown = rows.slice(0, limit);
      return {
        rows: shown.map(toAction),
        next: rows.length > limit ? String(shown.at(-1)?.position ?? "") : null,
      };
    },
    ...matchLists(database),
  };
}

/** @throws {AppError} `conflict` where the accounts were being scored all the while */
async function betweenScorings<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BeingScored)) throw error;
      if (waited >= patienceMs)
        throw new AppError(
          "conflict",
          "These accounts are being scored at this moment, and nothing was changed. Please try again in a few seconds.",
          { cause: error },
        );
    }
    await sleep(PAUSE_MS);
  }
}

async function act(
  sql: Sql,
  wakeUps: WakeUps,
  tenant: TenantId,
  asked: Asked,
  decision: Decision,
): Promise<MatchOutcome[]> {
  await sql.query(LOCK_FOR_DECISION, [matchesName(tenant)]);
  const actions = asked.map((each) => each.action);
  const known = await actionsToUndo(sql, tenant, actions);
  const scene = await readScene(sql, tenant, actions, known.values(), decision.ownAccountOf);
  let state = scene.state;
  const done: StoredMatchAction[] = [];
  const outcomes: MatchOutcome[] = [];
  for (const { id, action } of asked) {
    const plan = planOf({ ...scene, state }, action, known, decision);
    if (plan.kind !== "change") {
      outcomes.push(plan);
      continue;
    }
    state = withChange(state, plan.after);
    const stored = storedAction(id, action, plan, decision);
    if (action.kind === "undo") markUndone(known, action.id, id);
    done.push(stored);
    outcomes.push({ kind: "done", action: stored });
  }
  if (done.length > 0) await commitMatches(sql, wakeUps, tenant, { scene, state, done, at: decision.at });
  return outcomes;
}

function planOf(
  scene: MatchScene,
  action: MatchAction,
  known: ReadonlyMap<string, StoredMatchAction>,
  { at, actor }: Decision,
): MatchPlan {
  if (action.kind !== "undo") return planMatch(scene, action, { at: at.toISOString(), by: actor.name });
  const target = known.get(action.id);
  if (target === undefined)
    return { kind: "refused", code: "not_found", reason: "There is no such action on matches." };
  if (target.undoneBy !== null) return { kind: "unchanged" };
  if (target.asked.kind === "undo")
    return {
      kind: "refused",
      code: "conflict",
      reason: "An undo is not undone itself; do the action once more instead.",
    };
  return planUndo(scene, target);
}

const storedAction = (
  id: string,
  asked: MatchAction,
  { before, after }: { before: MatchState; after: MatchState },
  { at, actor }: Decision,
): StoredMatchAction => ({
  ...{ id, asked, at, before, after },
  actor: actor.id,
  byName: actor.name,
  undoneBy: null,
});

function markUndone(known: Map<string, StoredMatchAction>, id: string, by: string): void {
  const target = known.get(id);
  if (target) known.set(id, { ...target, undoneBy: by });
}
