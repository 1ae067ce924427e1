import type { AccountHealthView } from "@bellwether/shared";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { List, Small, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";
import { WebLink } from "./WebLink.tsx";

/** How complete and how fresh the data is, and where to look further. */
export function DataSection({ view }: { view: AccountHealthView }) {
  const { account } = view;
  return (
    <>
      <Small>{coverageText(view)}</Small>
      <List style={{ margin: "4px 0" }}>
        {view.freshness.map((source) => (
          <PointRow key={source.source} points={lastSeen(source)}>
            {source.label}
          </PointRow>
        ))}
      </List>
      {account.matchRule && <Subtle>{translate(`matched_by_${account.matchRule}`)}</Subtle>}
      <Subtle>{calculated(view)}</Subtle>
      {account.hubspotUrl && <WebLink address={account.hubspotUrl} label={translate("open_in_hubspot")} />}
    </>
  );
}

/** With the count of measures only where the reader sees all of them. */
function coverageText({ contributions, coverage, confidence, role }: AccountHealthView): string {
  const values = {
    coverage: formats.percent(coverage),
    confidence: translate(`confidence_${confidence}`),
  };
  const applicable = contributions.filter(({ state }) => state !== "not_applicable");
  const isPartial = role === "agent" || contributions.some(({ measure }) => measure === "other");
  if (isPartial || applicable.length === 0) return translate("coverage_text", values);
  const withData = applicable.filter(({ state }) => state !== "missing").length;
  return translate("coverage_counted", {
    ...values,
    known: formats.number(withData),
    all: formats.number(applicable.length),
  });
}

function lastSeen({ lastSeenAt, isStale }: AccountHealthView["freshness"][number]): string {
  if (!lastSeenAt) return translate("source_never");
  const date = formats.instant(lastSeenAt);
  return isStale ? translate("source_stale", { date }) : date;
}

const calculated = (view: AccountHealthView): string =>
  view.scoredAt
    ? translate("calculated_at", {
        date: formats.instant(view.scoredAt),
        version: view.scorecardVersion,
        model: view.churnRisk.modelVersion,
      })
    : translate("not_calculated");
