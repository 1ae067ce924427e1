import type { AccountHealthView } from "@bellwether/shared";
import { Alert, Text } from "@hubspot/ui-extensions";
import { day } from "../text.ts";

/** No customer any more: what stands below is from that day. */
export function LostBanner({ lost, timeZone }: { lost: AccountHealthView["lost"]; timeZone: string }) {
  if (lost === null) return null;
  return (
    <Alert title={`Lost on ${day(lost.at, timeZone)}`} variant="warning">
      <Text>{lost.sentence}</Text>
      <Text>Everything below stands as it was on that day; nothing is calculated any more.</Text>
    </Alert>
  );
}
