import type { AccountHealthView } from "@bellwether/shared";
import { Alert, Text } from "@hubspot/ui-extensions";
import { percent, shortName } from "../text.ts";

/** Below the coverage floor there is no number; the list of what to connect follows it. */
export function NotEnoughData({ view }: { view: AccountHealthView }) {
  return (
    <Alert title="Not enough data for a score" variant="info">
      <Text>
        {`Only ${percent(view.coverage)} of what the scorecard asks for is known about ${shortName(view.account.name)}. A score from so little would mislead.`}
      </Text>
    </Alert>
  );
}
