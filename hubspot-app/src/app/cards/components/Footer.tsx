import type { AccountHealthView } from "@bellwether/shared";
import { Button, Flex, Link, Text } from "@hubspot/ui-extensions";
import { dayAndTime } from "../text.ts";

interface Props {
  view: AccountHealthView;
  timeZone: string;
  isRefreshing: boolean;
  onRefresh: () => void;
}

/** When and by what the values were calculated, the way to the help desk, and asking again. */
export function Footer({ view, timeZone, isRefreshing, onRefresh }: Props) {
  return (
    <Flex direction="row" gap="small" align="center" justify="between" wrap>
      {view.scoredAt !== null && (
        <Text variant="microcopy">
          {`Calculated ${dayAndTime(view.scoredAt, timeZone)} with scorecard ${view.scorecardVersion} and churn model ${view.churnRisk.modelVersion}`}
        </Text>
      )}
      {view.account.zendeskUrl !== null && (
        <Link href={{ url: view.account.zendeskUrl, external: true }}>Open in Zendesk</Link>
      )}
      <Button size="xs" disabled={isRefreshing} onClick={onRefresh} testId="refresh">
        {isRefreshing ? "Refreshing" : "Refresh"}
      </Button>
    </Flex>
  );
}
