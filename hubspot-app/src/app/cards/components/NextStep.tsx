import { Text, Tile } from "@hubspot/ui-extensions";

/** The one sentence that says what to do now. */
export function NextStep({ sentence }: { sentence: string }) {
  return (
    <Tile compact>
      <Text variant="microcopy">Do next</Text>
      <Text format={{ fontWeight: "demibold" }}>{sentence}</Text>
    </Tile>
  );
}
