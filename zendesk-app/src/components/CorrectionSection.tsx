import type { AccountHealthView, CorrectionView } from "@bellwether/shared";
import { Button } from "@zendeskgarden/react-buttons";
import { useState } from "react";
import { formats } from "../format.ts";
import type { AccountApi, CallFailure } from "../health/account-api.ts";
import { translate } from "../translate.ts";
import { CorrectionForm } from "./CorrectionForm.tsx";
import { failureText } from "./failure-text.ts";
import { Trouble } from "./fields.ts";
import { List, Row, Small, SmallLink, Strong, Subtle } from "./layout.ts";

export interface CorrectionSectionProps {
  view: AccountHealthView;
  api: AccountApi;
  /** Gets the health that counts the change. */
  onChanged: (view: AccountHealthView) => void;
}

/** What people hold against the numbers, and the way to say so. */
export function CorrectionSection({ view, api, onChanged }: CorrectionSectionProps) {
  const [isWriting, setIsWriting] = useState(false);
  return (
    <>
      <List>
        {view.corrections.map((correction) => (
          <Correction
            key={correction.id}
            api={api}
            correction={correction}
            isReasonTold={correction.id === view.override?.correctionId}
            onChanged={onChanged}
          />
        ))}
      </List>
      {isWriting && (
        <CorrectionForm
          onClose={() => setIsWriting(false)}
          onSend={async (entry) => {
            const answer = await api.correct(entry);
            if (answer.kind === "failed") return answer.failure;
            onChanged(answer.value);
            return null;
          }}
          view={view}
        />
      )}
      {view.may.correct && !isWriting && (
        <Button size="small" onClick={() => setIsWriting(true)}>
          {translate("correct")}
        </Button>
      )}
    </>
  );
}

interface CorrectionProps extends Pick<CorrectionSectionProps, "api" | "onChanged"> {
  correction: CorrectionView;
  /** It stands in the details already, because it overrides the score. */
  isReasonTold: boolean;
}

function Correction({ correction, isReasonTold, api, onChanged }: CorrectionProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const { targetLabel, direction, by, reason, evidence, at, expiresAt, canWithdraw } = correction;
  const withdraw = async (): Promise<void> => {
    setIsBusy(true);
    setFailure(null);
    const answer = await api.withdraw(correction.id);
    setIsBusy(false);
    if (answer.kind === "failed") setFailure(answer.failure);
    else onChanged(answer.value);
  };
  return (
    <li style={{ marginBottom: 8 }}>
      <Small>
        <Strong>{translate(`correction_${direction}`, { target: targetLabel, by })}</Strong>
      </Small>
      {!isReasonTold && <Small>{translate("quoted", { words: reason })}</Small>}
      {evidence && <Small>{translate("correction_evidence", { evidence })}</Small>}
      <Row style={{ justifyContent: "space-between" }}>
        <Subtle>
          {translate("correction_dates", { date: formats.day(at), until: formats.day(expiresAt) })}
        </Subtle>
        {canWithdraw && (
          <SmallLink disabled={isBusy} onClick={() => void withdraw()}>
            {translate(isBusy ? "withdrawing" : "withdraw")}
          </SmallLink>
        )}
      </Row>
      {failure && <Trouble role="alert">{failureText(failure)}</Trouble>}
    </li>
  );
}
