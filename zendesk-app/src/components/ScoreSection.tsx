import type { AccountHealthView, Contribution } from "@bellwether/shared";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { EvidenceLinks } from "./EvidenceLinks.tsx";
import { List, Row, Small, Strong, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";

type Dimension = AccountHealthView["dimensions"][number];

/** Every point of the score: per dimension its measures, with what each adds and could add. */
export function ScoreSection({ view }: { view: AccountHealthView }) {
  return (
    <>
      <Caps view={view} />
      {view.dimensions.map((dimension) => (
        <section key={dimension.dimension} style={{ marginBottom: 8 }}>
          <DimensionLine dimension={dimension} />
          <List>
            {view.contributions
              .filter((contribution) => contribution.dimension === dimension.dimension)
              .map((contribution) => (
                <PointRow key={contribution.measure} points={pointsOf(contribution)}>
                  {contribution.label}
                  <Subtle>{contribution.sentence}</Subtle>
                  <EvidenceLinks evidence={contribution.evidence} />
                </PointRow>
              ))}
          </List>
        </section>
      ))}
    </>
  );
}

function Caps({ view: { healthScore, calculatedScore, caps } }: { view: AccountHealthView }) {
  if (healthScore === null || calculatedScore === null || healthScore === calculatedScore) return null;
  const values = { score: formats.number(healthScore), calculated: formats.number(calculatedScore) };
  return (
    <div style={{ marginBottom: 6 }}>
      <Small>{translate("calculated_before_caps", values)}</Small>
      {caps.map((cap) => (
        <Subtle key={cap.cap}>{cap.sentence}</Subtle>
      ))}
    </div>
  );
}

function DimensionLine({ dimension }: { dimension: Dimension }) {
  const { score, state, effectiveWeight, label } = dimension;
  const weight = translate("dimension_weight", { weight: formats.number(effectiveWeight) });
  const isMeasured = state === "measured" && score !== null;
  return (
    <Row style={{ justifyContent: "space-between" }}>
      <Small>
        <Strong>
          {label} {isMeasured && formats.number(score)}
        </Strong>
      </Small>
      <Subtle>{state === "measured" ? weight : translate(`state_${state}`)}</Subtle>
    </Row>
  );
}

function pointsOf({ state, points, maxPoints }: Contribution): string {
  if (state === "missing" || state === "not_applicable") return translate(`state_${state}`);
  const values = { points: formats.number(points), max: formats.number(maxPoints) };
  return state === "stale" ? translate("points_of_stale", values) : translate("points_of", values);
}
