import { Alert, Text } from "@hubspot/ui-extensions";
import type { Failure } from "../call-server.ts";

/** The last refresh failed; what stands below is from before. */
export function RefreshFailure({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  return (
    <Alert title="Could not refresh: this is the last known state" variant="warning">
      <Text>{failure.message}</Text>
      {failure.requestId !== null && <Text variant="microcopy">{`Request ${failure.requestId}`}</Text>}
    </Alert>
  );
}
