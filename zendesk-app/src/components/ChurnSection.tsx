import type { ChurnRisk } from "@bellwether/shared";
import { Tag } from "@zendeskgarden/react-tags";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { Glyph } from "./Glyph.tsx";
import { List, Row, Small, Subtle, Unseen } from "./layout.ts";

const HUES = { low: "green", medium: "yellow", high: "red", unknown: "grey" } as const;

/** The probability never stands without its interval and what it rests on. */
export function ChurnSection({ risk }: { risk: ChurnRisk }) {
  return (
    <>
      <Row>
        <Tag hue={HUES[risk.band]}>{translate(`churn_${risk.band}`)}</Tag>
        {risk.probability !== null && (
          <Small>
            {translate("churn_within", {
              probability: formats.percent(risk.probability),
              days: formats.number(risk.horizonDays),
            })}
          </Small>
        )}
      </Row>
      {risk.low80 !== null && risk.high80 !== null && (
        <Small>
          {translate("churn_interval", {
            low: formats.percent(risk.low80),
            high: formats.percent(risk.high80),
          })}
        </Small>
      )}
      <List style={{ margin: "4px 0" }}>
        {risk.reasons.map((reason) => (
          <Row as="li" key={reason.feature} style={{ alignItems: "start" }}>
            <Glyph
              shape={reason.logOdds > 0 ? "up" : "down"}
              tone={reason.logOdds > 0 ? "danger" : "success"}
            />
            <Small>
              <Unseen>{translate(reason.logOdds > 0 ? "raises_risk" : "lowers_risk")}: </Unseen>
              {reason.sentence}
            </Small>
          </Row>
        ))}
      </List>
      <Subtle>{risk.note}</Subtle>
    </>
  );
}
