import { useEffect, useReducer } from "react";
import type { DemoEvent, DemoSnapshot } from "../protocol.ts";

export interface DemoState {
  /** `null` until the first event. */
  snapshot: DemoSnapshot | null;
  isConnected: boolean;
  /** By account key: counts what happened to it, so that whoever shows it looks again. */
  revisions: Record<string, number>;
}

type Change = DemoEvent | { type: "connection"; isConnected: boolean };

const WRITES_KEPT = 200;
const JOURNEYS_KEPT = 20;

/** The demo's state as its server tells it, live. */
export function useDemo(): DemoState {
  const [state, change] = useReducer(reduce, { snapshot: null, isConnected: true, revisions: {} });
  useEffect(() => {
    const source = new EventSource("/demo/events");
    source.onopen = () => change({ type: "connection", isConnected: true });
    source.onerror = () => change({ type: "connection", isConnected: false });
    source.onmessage = (event: MessageEvent<string>) => change(JSON.parse(event.data) as DemoEvent);
    return () => source.close();
  }, []);
  return state;
}

function reduce(state: DemoState, change: Change): DemoState {
  if (change.type === "connection") return { ...state, isConnected: change.isConnected };
  if (change.type === "snapshot") return { ...state, snapshot: change.snapshot };
  if (state.snapshot === null) return state;
  return {
    ...state,
    snapshot: apply(state.snapshot, change),
    revisions: touch(state.revisions, accountsOf(state.snapshot, change)),
  };
}

function apply(snapshot: DemoSnapshot, change: Exclude<DemoEvent, { type: "snapshot" }>): DemoSnapshot {
  switch (change.type) {
    case "server":
      return { ...snapshot, server: change.server };
    case "glances":
      return { ...snapshot, glances: change.glances };
    case "tickets":
      return {
        ...snapshot,
        accounts: snapshot.accounts.map((account) =>
          account.key === change.accountKey
            ? { ...account, zendeskTicketIds: change.zendeskTicketIds }
            : account,
        ),
      };
    case "write":
      return { ...snapshot, writes: [change.write, ...snapshot.writes].slice(0, WRITES_KEPT) };
    case "journey": {
      const others = snapshot.journeys.filter(({ id }) => id !== change.journey.id);
      const journeys = [change.journey, ...others].sort((a, b) => b.id - a.id);
      return { ...snapshot, journeys: journeys.slice(0, JOURNEYS_KEPT) };
    }
  }
}

/** Accounts whose records or score are no longer what was shown. */
function accountsOf(snapshot: DemoSnapshot, change: Exclude<DemoEvent, { type: "snapshot" }>): string[] {
  if (change.type === "write") return change.write.accountKey === null ? [] : [change.write.accountKey];
  if (change.type === "journey") return [change.journey.accountKey];
  if (change.type === "tickets") return [change.accountKey];
  if (change.type === "server") return [];
  return Object.entries(change.glances)
    .filter(([key, glance]) => snapshot.glances[key]?.healthScore !== glance.healthScore)
    .map(([key]) => key);
}

const touch = (revisions: Record<string, number>, keys: readonly string[]): Record<string, number> =>
  keys.length === 0
    ? revisions
    : { ...revisions, ...Object.fromEntries(keys.map((key) => [key, (revisions[key] ?? 0) + 1])) };
