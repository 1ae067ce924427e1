import type { Counterfactual } from "@bellwether/shared";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { List, Small, Strong, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";

/** The smallest changes that would reach the next band; without any, why there are none. */
export function CounterfactualSection({ counterfactual }: { counterfactual: Counterfactual }) {
  const { targetScore, neededPoints, options, note } = counterfactual;
  return (
    <>
      <Small>
        {translate("counterfactual_needs", {
          points: formats.number(neededPoints),
          score: formats.number(targetScore),
        })}
      </Small>
      {options.map((option, i) => (
        <div key={option.steps.map(({ measure }) => measure).join()}>
          {options.length > 1 && (
            <Small style={{ marginTop: 4 }}>
              <Strong>{translate(i === 0 ? "counterfactual_either" : "counterfactual_or")}</Strong>
            </Small>
          )}
          <List>
            {option.steps.map((step) => (
              <PointRow key={step.measure} points={formats.signed(step.points)}>
                {step.sentence}
              </PointRow>
            ))}
          </List>
        </div>
      ))}
      <Subtle style={{ marginTop: 4 }}>{note}</Subtle>
    </>
  );
}
