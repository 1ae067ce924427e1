import type { AccountHealthView } from "@bellwether/shared";
import { Text } from "@hubspot/ui-extensions";
import { day, signedPoints } from "../text.ts";
import { PointsRow } from "./PointsRow.tsx";
import { Section } from "./Section.tsx";

/** What moved the score since about a week ago. */
export function Changes({ view, timeZone }: { view: AccountHealthView; timeZone: string }) {
  const { changes } = view;
  if (changes === null) return null;
  const since = day(changes.since, timeZone);
  if (changes.items.length === 0) return <Text>{`Nothing has changed since ${since}.`}</Text>;
  return (
    <Section title={`${signedPoints(changes.points)} points since ${since}`}>
      {changes.items.map((item) => (
        <PointsRow key={item.measure} points={item.points} sentence={item.sentence} />
      ))}
    </Section>
  );
}
