import type { AccountHealthView } from "@bellwether/shared";
import { Alert, Text } from "@hubspot/ui-extensions";
import { day } from "../text.ts";

/** Why the customer is at risk; nothing when it is not, or is lost already. */
export function RiskAlert({ view, timeZone }: { view: AccountHealthView; timeZone: string }) {
  const { isAtRisk, since, sentences } = view.atRisk;
  if (!isAtRisk || view.lost !== null) return null;
  return (
    <Alert title={since === null ? "At risk" : `At risk since ${day(since, timeZone)}`} variant="danger">
      {sentences.map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
    </Alert>
  );
}
