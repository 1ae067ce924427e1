import type { AccountHealthView } from "@bellwether/shared";
import { Text } from "@hubspot/ui-extensions";
import { day, points } from "../text.ts";
import { PointsRow } from "./PointsRow.tsx";
import { Section } from "./Section.tsx";

interface Props {
  view: AccountHealthView;
  timeZone: string;
  /** How many reasons fit; the view has the most important first. */
  limit: number;
}

/** Why the score is what it is: the rules that hold it down, then the signals that move it. */
export function Reasons({ view, timeZone, limit }: Props) {
  if (view.healthScore === null) return null;
  return (
    <Section title={`Why the score is ${points(view.healthScore)}`}>
      <HeldDown view={view} timeZone={timeZone} />
      {view.reasons.slice(0, limit).map((reason) => (
        <PointsRow key={reason.measure} points={reason.points} sentence={reason.sentence} />
      ))}
      <Text variant="microcopy">Plus: points a signal brings. Minus: what it costs against its best.</Text>
    </Section>
  );
}

/** Caps in force, unless the alert above has said the same, and what the score would be without them. */
function HeldDown({ view, timeZone }: Omit<Props, "limit">) {
  const told = new Set(view.atRisk.isAtRisk && view.lost === null ? view.atRisk.sentences : []);
  const isHeld = view.calculatedScore !== null && view.calculatedScore !== view.healthScore;
  return (
    <>
      {view.caps
        .filter((cap) => !told.has(cap.sentence))
        .map((cap) => (
          <Text key={cap.cap}>
            {cap.expiresAt === null
              ? cap.sentence
              : `${cap.sentence} This ends on ${day(cap.expiresAt, timeZone)}.`}
          </Text>
        ))}
      {isHeld && view.calculatedScore !== null && (
        <Text format={{ fontWeight: "demibold" }}>
          {`The signals alone would give ${points(view.calculatedScore)}.`}
        </Text>
      )}
    </>
  );
}
