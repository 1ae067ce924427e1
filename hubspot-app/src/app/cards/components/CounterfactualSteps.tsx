import type { Counterfactual } from "@bellwether/shared";
import { Flex, Text } from "@hubspot/ui-extensions";
import { bandName, points, signedPoints } from "../text.ts";
import { PointsRow } from "./PointsRow.tsx";
import { Section } from "./Section.tsx";

/** The smallest changes that would reach the next band; without any, why there are none. */
export function CounterfactualSteps({ counterfactual }: { counterfactual: Counterfactual | null }) {
  if (counterfactual === null) return null;
  const { targetBand, targetScore, neededPoints, options, note } = counterfactual;
  return (
    <Section title={`What would bring it to ${bandName(targetBand)}`}>
      <Text>{`It takes ${points(neededPoints)} more ${neededPoints === 1 ? "point" : "points"} to reach ${points(targetScore)}.`}</Text>
      {options.map((option, index) => (
        <Flex key={option.steps.map(({ measure }) => measure).join()} direction="column" gap="extra-small">
          {options.length > 1 && (
            <Text format={{ fontWeight: "demibold" }}>
              {`${index === 0 ? "Either" : "Or"}${option.steps.length > 1 ? `, together ${signedPoints(option.points)} points` : ""}`}
            </Text>
          )}
          {option.steps.map((step) => (
            <PointsRow key={step.measure} points={step.points} sentence={step.sentence} />
          ))}
        </Flex>
      ))}
      <Text variant="microcopy">{note}</Text>
    </Section>
  );
}
