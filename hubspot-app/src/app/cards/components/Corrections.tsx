import type { AccountHealthView, CorrectionView } from "@bellwether/shared";
import { Alert, Box, Button, Flex, LoadingButton, Text } from "@hubspot/ui-extensions";
import { useState } from "react";
import type { Failure } from "../call-server.ts";
import type { AccountActions } from "../hooks/useAccountActions.ts";
import { correctionTitle, day } from "../text.ts";
import { CorrectionForm } from "./CorrectionForm.tsx";
import { Section } from "./Section.tsx";

interface Props {
  view: AccountHealthView;
  timeZone: string;
  account: AccountActions;
}

/** What people hold against the numbers, and the way to say so. */
export function Corrections({ view, timeZone, account }: Props) {
  const [isWriting, setIsWriting] = useState(false);
  if (view.corrections.length === 0 && !view.may.correct) return null;
  return (
    <Section title={view.corrections.length === 0 ? "Is something wrong?" : "What people say is wrong"}>
      <Flex direction="column" gap="small">
        {view.corrections.map((correction) => (
          <Correction
            key={correction.id}
            correction={correction}
            isReasonTold={correction.id === view.override?.correctionId}
            timeZone={timeZone}
            onWithdraw={account.withdraw}
          />
        ))}
      </Flex>
      {isWriting && (
        <CorrectionForm view={view} onSend={account.correct} onClose={() => setIsWriting(false)} />
      )}
      {view.may.correct && !isWriting && (
        <Flex direction="row">
          <Button size="sm" onClick={() => setIsWriting(true)} testId="correct">
            This is wrong…
          </Button>
        </Flex>
      )}
    </Section>
  );
}

interface CorrectionProps {
  correction: CorrectionView;
  /** It stands beside the score already, because it overrides it. */
  isReasonTold: boolean;
  timeZone: string;
  onWithdraw: AccountActions["withdraw"];
}

function Correction({ correction, isReasonTold, timeZone, onWithdraw }: CorrectionProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const withdraw = async (): Promise<void> => {
    setIsBusy(true);
    setFailure(null);
    const trouble = await onWithdraw(correction.id);
    // once it is taken back, the line is gone with its state
    if (trouble === null) return;
    setIsBusy(false);
    setFailure(trouble);
  };
  return (
    <Flex direction="column" gap="extra-small">
      <Flex direction="row" gap="small" align="start" justify="between">
        <Box flex={1}>
          <Text format={{ fontWeight: "demibold" }}>{correctionTitle(correction)}</Text>
          {!isReasonTold && <Text>{`“${correction.reason}”`}</Text>}
          {correction.evidence !== null && <Text>{`To check: ${correction.evidence}`}</Text>}
          <Text variant="microcopy">
            {`Said ${day(correction.at, timeZone)}, holds until ${day(correction.expiresAt, timeZone)}`}
          </Text>
        </Box>
        {correction.canWithdraw && (
          <LoadingButton size="xs" loading={isBusy} onClick={withdraw} testId="withdraw">
            Take back
          </LoadingButton>
        )}
      </Flex>
      {failure !== null && (
        <Alert title="Not taken back" variant="danger">
          <Text>{failure.message}</Text>
        </Alert>
      )}
    </Flex>
  );
}
