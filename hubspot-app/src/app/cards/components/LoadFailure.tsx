import { Button, ErrorState, Text } from "@hubspot/ui-extensions";
import type { Failure } from "../call-server.ts";

/** Nothing could be loaded: what went wrong, the number to quote, and another try. */
export function LoadFailure({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <ErrorState title="Customer health could not be loaded">
      <Text>{failure.message}</Text>
      {failure.requestId !== null && <Text variant="microcopy">{`Request ${failure.requestId}`}</Text>}
      <Button size="sm" onClick={onRetry} testId="retry">
        Try again
      </Button>
    </ErrorState>
  );
}
