import type { AccountHealthView } from "@bellwether/shared";
import { Text } from "@hubspot/ui-extensions";
import { day, signedPoints } from "../text.ts";
import { PointsRow } from "./PointsRow.tsx";
import { Section } from "./Section.tsx";

/** More than these take the room of what is to be done; all of them stand under "Why, and since when". */
const MOST = 4;

/** What moved the score since about a week ago, the largest first; the rows add up. */
export function Changes({ view, timeZone }: { view: AccountHealthView; timeZone: string }) {
  const { changes } = view;
  if (changes === null) return null;
  const since = day(changes.since, timeZone);
  if (changes.items.length === 0) return <Text>{`Nothing has changed since ${since}.`}</Text>;
  const bySize = changes.items.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const most = bySize.length <= MOST + 1 ? bySize.length : MOST;
  const [largest, others] = [bySize.slice(0, most), bySize.slice(most)];
  return (
    <Section title={`${signedPoints(changes.points)} points since ${since}`}>
      {largest.map((item) => (
        <PointsRow key={item.measure} points={item.points} sentence={item.sentence} />
      ))}
      {others.length > 0 && (
        <PointsRow points={sumOf(others)} sentence={`${others.length} smaller changes together.`} />
      )}
    </Section>
  );
}

const sumOf = (items: readonly { points: number }[]): number =>
  items.reduce((sum, { points }) => sum + points, 0);
