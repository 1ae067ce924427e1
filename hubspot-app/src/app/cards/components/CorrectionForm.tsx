import type { AccountHealthView } from "@bellwether/shared";
import { Alert, Button, Flex, LoadingButton, Text, Tile } from "@hubspot/ui-extensions";
import type { Failure } from "../call-server.ts";
import type { AccountActions } from "../hooks/useAccountActions.ts";
import { useCorrectionDraft } from "../hooks/useCorrectionDraft.ts";
import { CorrectionFields } from "./CorrectionFields.tsx";

interface Props {
  view: AccountHealthView;
  onSend: AccountActions["correct"];
  onClose: () => void;
}

/** "This is wrong because …": kept beside the number as disagreement, and later compared with what happened. */
export function CorrectionForm({ view, onSend, onClose }: Props) {
  const { draft, trouble, failure, isBusy, change, send } = useCorrectionDraft(view, onSend, onClose);
  return (
    <Tile compact>
      <Flex direction="column" gap="small">
        <CorrectionFields view={view} draft={draft} trouble={trouble} onChange={change} />
        {failure !== null && <NotSaved failure={failure} />}
        <Flex direction="row" gap="small">
          <LoadingButton size="sm" variant="primary" loading={isBusy} onClick={send} testId="send-correction">
            Save
          </LoadingButton>
          <Button size="sm" disabled={isBusy} onClick={onClose} testId="cancel-correction">
            Cancel
          </Button>
        </Flex>
        <Text variant="microcopy">
          It is kept with your HubSpot user, also after it ends; Bellwether later shows who was right.
        </Text>
      </Flex>
    </Tile>
  );
}

function NotSaved({ failure }: { failure: Failure }) {
  return (
    <Alert title="Not saved" variant="danger">
      <Text>{failure.message}</Text>
      {failure.requestId === null ? (
        <Text>It may have arrived all the same: refresh before you save it again.</Text>
      ) : (
        <Text variant="microcopy">{`Request ${failure.requestId}`}</Text>
      )}
    </Alert>
  );
}
