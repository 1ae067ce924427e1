import type { AccountHealthView, CorrectionEntry } from "@bellwether/shared";
import { useMemo } from "react";
import type { Failure, ServerPlace } from "../call-server.ts";
import { type ExplanationAnswer, fetchExplanation, type Period } from "../fetch-explanation.ts";
import { type CorrectionAnswer, sendCorrection, withdrawCorrection } from "../send-correction.ts";

/** What a reader can ask and say about the account on the card. */
export interface AccountActions {
  explain: (period: Period) => Promise<ExplanationAnswer>;
  /** Resolves when the new health is shown; `null` = done. */
  correct: (entry: CorrectionEntry) => Promise<Failure | null>;
  withdraw: (correctionId: string) => Promise<Failure | null>;
}

/** @param onChanged gets the health that counts the change */
export function useAccountActions(
  { apiUrl, record: { objectTypeId, objectId } }: ServerPlace,
  onChanged: (view: AccountHealthView) => void,
): AccountActions {
  return useMemo(() => {
    const place = { apiUrl, record: { objectTypeId, objectId } };
    const taken = async (answer: Promise<CorrectionAnswer>): Promise<Failure | null> => {
      const given = await answer;
      if (given.kind === "failed") return given.failure;
      onChanged(given.view);
      return null;
    };
    return {
      explain: (period) => fetchExplanation(place, period),
      correct: (entry) => taken(sendCorrection(place, entry)),
      withdraw: (id) => taken(withdrawCorrection(place, id)),
    };
  }, [apiUrl, objectTypeId, objectId, onChanged]);
}
