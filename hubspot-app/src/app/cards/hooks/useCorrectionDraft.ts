import type { AccountHealthView } from "@bellwether/shared";
import { useRef, useState } from "react";
import type { Failure } from "../call-server.ts";
import {
  type CorrectionDraft,
  correctionTargets,
  type DraftTrouble,
  EMPTY_DRAFT,
  entryOf,
  mayOverride,
  troubleOf,
} from "../correction-draft.ts";
import type { AccountActions } from "./useAccountActions.ts";

export interface CorrectionDraftForm {
  draft: CorrectionDraft;
  trouble: DraftTrouble;
  failure: Failure | null;
  isBusy: boolean;
  change: (change: Partial<CorrectionDraft>) => void;
  send: () => void;
}

/** A correction from the first letter to the server's answer. */
export function useCorrectionDraft(
  view: AccountHealthView,
  onSend: AccountActions["correct"],
  onSent: () => void,
): CorrectionDraftForm {
  const [draft, setDraft] = useState<CorrectionDraft>(() => ({
    ...EMPTY_DRAFT,
    target: correctionTargets(view)[0]?.value ?? EMPTY_DRAFT.target,
  }));
  const [trouble, setTrouble] = useState<DraftTrouble>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  // a field tells its value when it loses the focus, which may be by the press of "Save" itself
  const newest = useRef(draft);
  const change = (changed: Partial<CorrectionDraft>): void => {
    newest.current = { ...newest.current, ...changed };
    setDraft(newest.current);
    setTrouble((before) => without(before, changed));
  };
  const send = async (): Promise<void> => {
    const canOverride = mayOverride(view, newest.current);
    const found = troubleOf(newest.current, canOverride);
    setTrouble(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;
    setIsBusy(true);
    const failed = await onSend(entryOf(newest.current, canOverride));
    setIsBusy(false);
    setFailure(failed);
    if (failed === null) onSent();
  };
  return { draft, trouble, failure, isBusy, change, send };
}

/** What was said of a field no longer holds once it is changed. */
const without = (trouble: DraftTrouble, changed: Partial<CorrectionDraft>): DraftTrouble =>
  Object.fromEntries(Object.entries(trouble).filter(([field]) => !(field in changed)));
