import type { RedFlag } from "@bellwether/shared";
import { Flex, StatusTag, Text } from "@hubspot/ui-extensions";
import { day } from "../text.ts";
import { Section } from "./Section.tsx";

/** Warning signs that have a name of their own; nothing when there are none. */
export function RedFlags({ flags, timeZone }: { flags: readonly RedFlag[]; timeZone: string }) {
  if (flags.length === 0) return null;
  return (
    <Section title="Warning signs">
      {flags.map(({ flag, label, sentence, since }) => (
        <Flex key={flag} direction="column">
          <StatusTag variant="warning">
            {since === null ? label : `${label}, since ${day(since, timeZone)}`}
          </StatusTag>
          <Text variant="microcopy">{sentence}</Text>
        </Flex>
      ))}
    </Section>
  );
}
