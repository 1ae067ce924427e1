import type { ChangeExplanation } from "@bellwether/shared";
import { Alert, Button, Flex, LoadingSpinner, Text } from "@hubspot/ui-extensions";
import type { ExplanationReader } from "../hooks/useExplanation.ts";
import { BAND_LABELS, day, points, signedPoints } from "../text.ts";
import { EvidenceLinks } from "./EvidenceLinks.tsx";
import { PointsRow } from "./PointsRow.tsx";
import { Section } from "./Section.tsx";

interface Props {
  reader: ExplanationReader;
  timeZone: string;
}

/** One branch per state of the question. */
export function Explanation({ reader: { state, retry }, timeZone }: Props) {
  switch (state.kind) {
    case "idle":
      return null;
    case "loading":
      return <LoadingSpinner label="Comparing the two days" showLabel />;
    case "failed":
      return (
        <Alert title="The comparison could not be loaded" variant="warning">
          <Text>{state.failure.message}</Text>
          {state.failure.requestId !== null && (
            <Text variant="microcopy">{`Request ${state.failure.requestId}`}</Text>
          )}
          <Button size="xs" onClick={retry} testId="retry-explanation">
            Try again
          </Button>
        </Alert>
      );
    case "explained":
      return <Explained explanation={state.explanation} timeZone={timeZone} />;
  }
}

type Moment = ChangeExplanation["from"];

function Explained({ explanation, timeZone }: { explanation: ChangeExplanation; timeZone: string }) {
  const { from, to, items, notes } = explanation;
  return (
    <Section title={titleOf(explanation, timeZone)}>
      {explanation.points !== null && <Text>{`${scoreOn(from, timeZone)}; ${scoreOn(to, timeZone)}.`}</Text>}
      <Flex direction="column" gap="small">
        {items.map((item) => (
          <Item key={item.measure} item={item} timeZone={timeZone} />
        ))}
      </Flex>
      {notes.map((note) => (
        <Text key={note}>{note}</Text>
      ))}
    </Section>
  );
}

function Item({ item, timeZone }: { item: ChangeExplanation["items"][number]; timeZone: string }) {
  return (
    <Flex direction="column" gap="flush">
      <PointsRow points={item.points} sentence={item.sentence} />
      <Flex direction="row" gap="small" align="center" wrap>
        {item.since !== null && <Text variant="microcopy">{`Since ${day(item.since, timeZone)}`}</Text>}
        <EvidenceLinks evidence={item.evidence} />
      </Flex>
    </Flex>
  );
}

function titleOf({ from, to, points: moved, items }: ChangeExplanation, timeZone: string): string {
  const period = `between ${day(from.at, timeZone)} and ${day(to.at, timeZone)}`;
  if (moved === null) {
    const without = from.score === null ? from.at : to.at;
    return `There was no score on ${day(without, timeZone)} to compare with`;
  }
  if (items.length === 0) return `Nothing moved ${period}`;
  return `${signedPoints(moved)} points ${period}`;
}

function scoreOn({ at, score, band }: Moment, timeZone: string): string {
  const on = day(at, timeZone);
  if (score === null) return `${on}: no score`;
  return `${on}: ${points(score)}${band === null ? "" : `, ${BAND_LABELS[band].toLowerCase()}`}`;
}
