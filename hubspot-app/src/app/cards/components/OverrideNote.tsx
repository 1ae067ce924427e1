import type { OverrideView } from "@bellwether/shared";
import { Alert, Text } from "@hubspot/ui-extensions";
import { overrideTitle } from "../text.ts";

/** A person's word over the calculation, and the calculation beside it. */
export function OverrideNote({ override, timeZone }: { override: OverrideView | null; timeZone: string }) {
  if (override === null) return null;
  return (
    <Alert title={overrideTitle(override, timeZone)} variant="info">
      <Text>{`“${override.reason}”`}</Text>
      <Text format={{ fontWeight: "demibold" }}>{override.sentence}</Text>
    </Alert>
  );
}
