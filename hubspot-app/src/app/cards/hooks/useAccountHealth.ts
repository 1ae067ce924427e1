import type { AccountHealthView } from "@bellwether/shared";
import { useCallback, useEffect, useRef, useState } from "react";
import type { CrmRecord, Failure } from "../call-server.ts";
import { fetchAccountHealth, type HealthAnswer } from "../fetch-account-health.ts";

export type HealthState =
  | { kind: "loading" }
  /** `refreshFailure`: the last refresh failed, and what is shown is from before. */
  | { kind: "ready"; view: AccountHealthView; isRefreshing: boolean; refreshFailure: Failure | null }
  | { kind: "not_matched" }
  | { kind: "failed"; failure: Failure };

export interface AccountHealth {
  state: HealthState;
  /** Asks again; keeps showing what is there meanwhile. Resolves when the answer is shown. */
  refresh: () => Promise<void>;
  /** Shows health that came with another answer; what was being asked no longer counts. */
  show: (view: AccountHealthView) => void;
}

/** While the history is still being read, the card asks again by itself: every 15 s, for 10 minutes at most. */
const PENDING_RECHECK_MS = 15_000;
const PENDING_RECHECKS = 40;

/**
 * The health of the account that the record belongs to.
 * @param recheckMs wait between two questions while the account is pending
 */
export function useAccountHealth(
  apiUrl: unknown,
  { objectTypeId, objectId }: CrmRecord,
  recheckMs: number = PENDING_RECHECK_MS,
): AccountHealth {
  const [state, setState] = useState<HealthState>({ kind: "loading" });
  // only the answer to the newest question counts: records change, and answers overtake each other
  const question = useRef(0);

  const ask = useCallback(
    async (whileAsking: (before: HealthState) => HealthState): Promise<void> => {
      question.current += 1;
      const own = question.current;
      setState(whileAsking);
      const answer = await fetchAccountHealth({ apiUrl, record: { objectTypeId, objectId } });
      if (own === question.current) setState((before) => stateAfter(before, answer));
    },
    [apiUrl, objectTypeId, objectId],
  );
  const refresh = useCallback(() => ask(whileRefreshing), [ask]);
  const show = useCallback((view: AccountHealthView): void => {
    question.current += 1;
    setState({ kind: "ready", view, isRefreshing: false, refreshFailure: null });
  }, []);

  useEffect(() => {
    ask(() => ({ kind: "loading" }));
    return () => {
      question.current += 1;
    };
  }, [ask]);
  usePendingRecheck(state, refresh, recheckMs);
  return { state, refresh, show };
}

function usePendingRecheck(state: HealthState, refresh: () => Promise<void>, recheckMs: number): void {
  const rechecks = useRef(0);
  const isPending = state.kind === "ready" && state.view.status === "pending" && !state.isRefreshing;
  useEffect(() => {
    if (!isPending || rechecks.current >= PENDING_RECHECKS) return;
    const timer = setTimeout(() => {
      rechecks.current += 1;
      refresh();
    }, recheckMs);
    return () => clearTimeout(timer);
  }, [isPending, refresh, recheckMs]);
}

const whileRefreshing = (before: HealthState): HealthState =>
  before.kind === "ready" ? { ...before, isRefreshing: true } : { kind: "loading" };

function stateAfter(before: HealthState, answer: HealthAnswer): HealthState {
  switch (answer.kind) {
    case "view":
      return { kind: "ready", view: answer.view, isRefreshing: false, refreshFailure: null };
    case "not_matched":
      return { kind: "not_matched" };
    case "failed":
      // an older score with a warning is worth more than no score
      return before.kind === "ready"
        ? { ...before, isRefreshing: false, refreshFailure: answer.failure }
        : { kind: "failed", failure: answer.failure };
  }
}
