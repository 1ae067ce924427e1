import { useCallback, useEffect, useRef, useState } from "react";
import type { ExplanationAnswer, Period } from "../fetch-explanation.ts";

export type ExplanationState = { kind: "idle" } | { kind: "loading" } | ExplanationAnswer;

export interface ExplanationReader {
  state: ExplanationState;
  /** Asks for a period; only the answer for the newest one is shown. */
  ask: (period: Period) => void;
  /** Asks for the same period again. */
  retry: () => void;
}

/** Why the score moved between two times; nothing is asked for before somebody wants to know. */
export function useExplanation(explain: (period: Period) => Promise<ExplanationAnswer>): ExplanationReader {
  const [state, setState] = useState<ExplanationState>({ kind: "idle" });
  const question = useRef(0);
  const asked = useRef<Period | null>(null);
  const ask = useCallback(
    (period: Period): void => {
      question.current += 1;
      const own = question.current;
      asked.current = period;
      setState({ kind: "loading" });
      explain(period).then((answer) => {
        if (own === question.current) setState(answer);
      });
    },
    [explain],
  );
  useEffect(
    () => () => {
      question.current += 1;
    },
    [],
  );
  const retry = useCallback(() => {
    if (asked.current !== null) ask(asked.current);
  }, [ask]);
  return { state, ask, retry };
}
