import type { AccountHealthView } from "@bellwether/shared";
import { type CrmContext, type CrmHostActions, Flex, LoadingSpinner } from "@hubspot/ui-extensions";
import type { ReactNode } from "react";
import { useAccountHealth } from "../hooks/useAccountHealth.ts";
import { Footer } from "./Footer.tsx";
import { LoadFailure } from "./LoadFailure.tsx";
import { MissingData } from "./MissingData.tsx";
import { NextStep } from "./NextStep.tsx";
import { NotEnoughData } from "./NotEnoughData.tsx";
import { NotMatched } from "./NotMatched.tsx";
import { Pending } from "./Pending.tsx";
import { RefreshFailure } from "./RefreshFailure.tsx";
import { RiskAlert } from "./RiskAlert.tsx";
import { ScoreHeader } from "./ScoreHeader.tsx";
import { Sources } from "./Sources.tsx";

/** What HubSpot hands to a card on a record. */
export interface CardProps {
  context: CrmContext;
  actions: Pick<CrmHostActions, "refreshObjectProperties">;
}

/** What a scored account is shown with. */
export interface ScoredProps {
  view: AccountHealthView;
  timeZone: string;
}

interface Props extends CardProps {
  /** The part that differs between the roomy and the compact card. */
  renderScored: (props: ScoredProps) => ReactNode;
}

const COMPANY_TYPE_ID = "0-2";

/** One branch per state of loading; what all of them have in common for both cards. */
export function HealthStates({ context, actions, renderScored }: Props) {
  const { state, refresh } = useAccountHealth(context.variables?.["API_URL"], context.crm);
  const onRefresh = (): void => {
    // our server writes scores to the record's own properties, which stand beside the card
    refresh().then(actions.refreshObjectProperties);
  };
  switch (state.kind) {
    case "loading":
      return <LoadingSpinner label="Loading customer health" showLabel layout="centered" />;
    case "failed":
      return <LoadFailure failure={state.failure} onRetry={onRefresh} />;
    case "not_matched":
      return <NotMatched objectTypeId={context.crm.objectTypeId} onRetry={onRefresh} />;
    case "ready": {
      const { view, isRefreshing, refreshFailure } = state;
      const timeZone = context.portal.timezone;
      const isAccountNamed = context.crm.objectTypeId !== COMPANY_TYPE_ID;
      return (
        <Flex direction="column" gap="medium">
          <RefreshFailure failure={refreshFailure} />
          {view.status !== "pending" && <ScoreHeader view={view} isAccountNamed={isAccountNamed} />}
          {view.status === "pending" && <Pending name={view.account.name} />}
          {view.status === "not_enough_data" && <Unscored view={view} timeZone={timeZone} />}
          {view.status === "scored" && renderScored({ view, timeZone })}
          <Footer view={view} timeZone={timeZone} isRefreshing={isRefreshing} onRefresh={onRefresh} />
        </Flex>
      );
    }
  }
}

function Unscored({ view, timeZone }: ScoredProps) {
  return (
    <>
      <RiskAlert view={view} timeZone={timeZone} />
      <NotEnoughData view={view} />
      <NextStep sentence={view.nextStep} />
      <MissingData missing={view.missing} title="To get a score" />
      <Sources sources={view.freshness} timeZone={timeZone} />
    </>
  );
}
