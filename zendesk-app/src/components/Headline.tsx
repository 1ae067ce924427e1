import type { AccountHealthView } from "@bellwether/shared";
import { Tag } from "@zendeskgarden/react-tags";
import { styled } from "styled-components";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { Glyph, type GlyphTone } from "./Glyph.tsx";
import { Clamped, Row, Small, Unseen } from "./layout.ts";
import { subtle } from "./tint.ts";

const Score = styled.span`
  font-size: ${({ theme }) => theme.fontSizes.xl};
  font-weight: ${({ theme }) => theme.fontWeights.semibold};
  line-height: 28px;
  flex: none;
`;

/** What gives way in a narrow frame: the whole of it is in its title. */
const TrendText = styled(Small)`
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
`;

const FixedTag = styled(Tag)`
  flex: none;
`;

const Meta = styled(Clamped)`
  color: ${subtle};
  margin-top: 2px;
`;

/** The verdict in one line, and in small beneath it how far to trust it. */
export function Headline({ view }: { view: AccountHealthView }) {
  return (
    <header>
      <Row style={{ minHeight: 28 }}>
        <Verdict view={view} />
      </Row>
      <Meta $lines={1} title={metaLine(view)}>
        {metaLine(view)}
      </Meta>
    </header>
  );
}

function Verdict({ view }: { view: AccountHealthView }) {
  if (view.band === null || view.healthScore === null) {
    return (
      <>
        <FixedTag hue="grey">{translate(view.status === "pending" ? "pending" : "not_enough_data")}</FixedTag>
        <StandingTag view={view} />
      </>
    );
  }
  const band = translate(`band_${view.band}`);
  return (
    <>
      <Score title={translate("score_label", { score: formats.number(view.healthScore) })}>
        <span aria-hidden="true">{formats.number(view.healthScore)}</span>
        <Unseen>{translate("score_label", { score: formats.number(view.healthScore) })}</Unseen>
      </Score>
      <FixedTag aria-label={translate("band_label", { band })} hue={view.band}>
        {band}
      </FixedTag>
      <StandingTag view={view} />
      <Trend trend={view.trend} />
    </>
  );
}

/** What an agent must not miss: that the customer may be lost, or is. */
function StandingTag({ view }: { view: AccountHealthView }) {
  if (view.lost) return <FixedTag hue="grey">{translate("lost")}</FixedTag>;
  if (!view.atRisk.isAtRisk) return null;
  return (
    <FixedTag hue="red">
      <Row as="span" style={{ gap: 4 }}>
        <Glyph shape="warning" />
        {translate("at_risk")}
      </Row>
    </FixedTag>
  );
}

const TREND_TONES = {
  up: "success",
  down: "danger",
  flat: "subtle",
  unknown: "subtle",
} as const satisfies Record<string, GlyphTone>;

function Trend({ trend }: { trend: AccountHealthView["trend"] }) {
  const points = trend.change30d === null ? "" : formats.number(Math.abs(trend.change30d));
  const words = translate(`trend_${trend.direction}`, { points });
  if (trend.change30d === null) return <Unseen>{words}</Unseen>;
  return (
    <Row style={{ gap: 4, marginLeft: "auto" }} title={words}>
      <Glyph shape={trend.direction} tone={TREND_TONES[trend.direction]} />
      <TrendText aria-hidden="true">
        {translate("trend_short", { points: formats.signed(trend.change30d) })}
      </TrendText>
      <Unseen>{words}</Unseen>
    </Row>
  );
}

function metaLine(view: AccountHealthView): string {
  const parts = [view.override ? translate("set_by_person") : translate(`age_${view.segment}`)];
  if (view.status !== "pending") {
    parts.push(translate("coverage_short", { coverage: formats.percent(view.coverage) }));
    parts.push(translate(`confidence_${view.confidence}`));
  }
  return parts.join(translate("meta_separator"));
}
