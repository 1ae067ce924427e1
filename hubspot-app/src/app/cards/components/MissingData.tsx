import type { AccountHealthView } from "@bellwether/shared";
import { DescriptionList, DescriptionListItem, Text } from "@hubspot/ui-extensions";
import { Section } from "./Section.tsx";

/** What is not known, and how to get it; nothing when all is known. */
export function MissingData({ missing, title }: { missing: AccountHealthView["missing"]; title: string }) {
  if (missing.length === 0) return null;
  return (
    <Section title={title}>
      <DescriptionList direction="column">
        {missing.map((item) => (
          <DescriptionListItem key={item.measure} label={item.label}>
            <Text>{item.remedy}</Text>
          </DescriptionListItem>
        ))}
      </DescriptionList>
    </Section>
  );
}
