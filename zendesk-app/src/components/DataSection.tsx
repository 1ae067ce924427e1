import type { AccountHealthView } from "@bellwether/shared";
import { Anchor } from "@zendeskgarden/react-buttons";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { List, Small, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";

/** How complete and how fresh the data is, and where to look further. */
export function DataSection({ view }: { view: AccountHealthView }) {
  const { account } = view;
  return (
    <>
      <Small>
        {translate("coverage_text", {
          coverage: formats.percent(view.coverage),
          confidence: translate(`confidence_${view.confidence}`),
        })}
      </Small>
      <List style={{ margin: "4px 0" }}>
        {view.freshness.map((source) => (
          <PointRow key={source.source} points={lastSeen(source)}>
            {source.label}
          </PointRow>
        ))}
      </List>
      {account.matchRule && <Subtle>{translate(`matched_by_${account.matchRule}`)}</Subtle>}
      <Subtle>{calculated(view)}</Subtle>
      {account.hubspotUrl && isWebAddress(account.hubspotUrl) && (
        <Small style={{ marginTop: 6 }}>
          <Anchor href={account.hubspotUrl} isExternal rel="noreferrer" target="_blank">
            {translate("open_in_hubspot")}
          </Anchor>
        </Small>
      )}
    </>
  );
}

function lastSeen({ lastSeenAt, isStale }: AccountHealthView["freshness"][number]): string {
  if (!lastSeenAt) return translate("source_never");
  const date = formats.instant(lastSeenAt);
  return isStale ? translate("source_stale", { date }) : date;
}

const calculated = (view: AccountHealthView): string =>
  view.scoredAt
    ? translate("calculated_at", { date: formats.instant(view.scoredAt), version: view.scorecardVersion })
    : translate("not_calculated");

/** A link is only made of an address that a browser opens as a page. */
const isWebAddress = (address: string): boolean => /^https:\/\//i.test(address);
