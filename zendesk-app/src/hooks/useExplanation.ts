import type { ChangeExplanation } from "@bellwether/shared";
import { useCallback, useEffect, useRef, useState } from "react";
import type { AccountApi, CallFailure, Period } from "../health/account-api.ts";

export type ExplanationState =
  | { kind: "idle" }
  | { kind: "loading" }
  | { kind: "done"; value: ChangeExplanation }
  | { kind: "failed"; failure: CallFailure; period: Period };

/** Why the score moved between two times; only the answer to the newest question counts. */
export function useExplanation(api: AccountApi): {
  state: ExplanationState;
  ask: (period: Period) => void;
} {
  const [state, setState] = useState<ExplanationState>({ kind: "idle" });
  const question = useRef(0);
  const newestApi = useRef(api);
  newestApi.current = api; // a refresh brings another one for the same customer: no reason to ask again
  const ask = useCallback((period: Period): void => {
    question.current += 1;
    const own = question.current;
    setState({ kind: "loading" });
    void newestApi.current.explain(period).then((answer) => {
      if (own !== question.current) return;
      setState(answer.kind === "failed" ? { ...answer, period } : answer);
    });
  }, []);
  useEffect(
    () => () => {
      question.current += 1;
    },
    [],
  );
  return { state, ask };
}
