import type { AccountHealthView, CorrectionEntry } from "@bellwether/shared";
import { Button } from "@zendeskgarden/react-buttons";
import { type FormEvent, useState } from "react";
import type { CallFailure } from "../health/account-api.ts";
import {
  type CorrectionDraft,
  type DraftTrouble,
  emptyDraft,
  entryOf,
  troubleOf,
} from "../health/correction-draft.ts";
import { translate } from "../translate.ts";
import { CorrectionFields } from "./CorrectionFields.tsx";
import { failureText } from "./failure-text.ts";
import { Trouble } from "./fields.ts";
import { Row, Subtle } from "./layout.ts";

export interface CorrectionFormProps {
  view: AccountHealthView;
  /** Resolves with `null` once the correction counts. */
  onSend: (entry: CorrectionEntry) => Promise<CallFailure | null>;
  onClose: () => void;
}

/** "This is wrong because …". Without overrides: who writes here is not proven. */
export function CorrectionForm({ view, onSend, onClose }: CorrectionFormProps) {
  const [draft, setDraft] = useState(() => emptyDraft(view));
  const [trouble, setTrouble] = useState<DraftTrouble>({});
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const change = (changed: Partial<CorrectionDraft>): void => {
    setDraft({ ...draft, ...changed });
    setTrouble({});
  };
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = troubleOf(draft);
    setTrouble(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;
    setIsBusy(true);
    const failed = await onSend(entryOf(draft));
    setIsBusy(false);
    setFailure(failed);
    if (failed === null) onClose();
  };
  return (
    <form noValidate onSubmit={(event) => void send(event)}>
      <CorrectionFields draft={draft} trouble={trouble} view={view} onChange={change} />
      {failure && (
        <Trouble role="alert">
          {failureText(failure)} {!("detail" in failure) && translate("may_have_arrived")}
        </Trouble>
      )}
      <Row style={{ margin: "4px 0" }}>
        <Button disabled={isBusy} isPrimary size="small" type="submit">
          {translate(isBusy ? "saving" : "save")}
        </Button>
        <Button disabled={isBusy} size="small" onClick={onClose}>
          {translate("cancel")}
        </Button>
      </Row>
      <Subtle>{translate("correction_note")}</Subtle>
    </form>
  );
}
