import type { AccountHealthView, Band } from "@bellwether/shared";
import { Flex, Inline, Link, ScoreCircle, Tag, Text } from "@hubspot/ui-extensions";
import { BAND_LABELS, confidenceSentence, SEGMENT_LABELS, shortName, trendSentence } from "../text.ts";

const BAND_TAGS = { red: "error", yellow: "warning", green: "success" } as const satisfies Record<
  Band,
  string
>;

interface Props {
  view: AccountHealthView;
  /** On contacts, deals and tickets the account has to be named; on its own company record it does not. */
  isAccountNamed: boolean;
}

/** What anyone must see first: how the customer is, and which way it goes. */
export function ScoreHeader({ view, isAccountNamed }: Props) {
  return (
    <Flex direction="row" align="center" gap="medium" wrap>
      {view.healthScore !== null && <ScoreCircle score={view.healthScore} />}
      <Flex direction="column" gap="extra-small">
        {isAccountNamed && <AccountName account={view.account} />}
        <Inline gap="extra-small" align="center">
          {view.band && <Tag variant={BAND_TAGS[view.band]}>{BAND_LABELS[view.band]}</Tag>}
          {view.lost !== null && <Tag variant="warning">Lost</Tag>}
          {view.atRisk.isAtRisk && view.lost === null && <Tag variant="error">At risk</Tag>}
          <Tag>{SEGMENT_LABELS[view.segment]}</Tag>
        </Inline>
        {view.healthScore !== null && (
          <>
            <Text>{trendSentence(view.trend)}</Text>
            <Text variant="microcopy">{confidenceSentence(view)}</Text>
          </>
        )}
      </Flex>
    </Flex>
  );
}

function AccountName({ account }: { account: AccountHealthView["account"] }) {
  const name = shortName(account.name);
  if (account.hubspotUrl === null) return <Text format={{ fontWeight: "bold" }}>{name}</Text>;
  return <Link href={account.hubspotUrl}>{name}</Link>;
}
