import type { AccountHealthView } from "@bellwether/shared";
import { type CrmContext, type CrmHostActions, Flex, LoadingSpinner } from "@hubspot/ui-extensions";
import { type ReactNode, useCallback } from "react";
import { type AccountActions, useAccountActions } from "../hooks/useAccountActions.ts";
import { useAccountHealth } from "../hooks/useAccountHealth.ts";
import { Corrections } from "./Corrections.tsx";
import { Footer } from "./Footer.tsx";
import { LoadFailure } from "./LoadFailure.tsx";
import { LostBanner } from "./LostBanner.tsx";
import { MissingData } from "./MissingData.tsx";
import { NextStep } from "./NextStep.tsx";
import { NotEnoughData } from "./NotEnoughData.tsx";
import { NotMatched } from "./NotMatched.tsx";
import { OverrideNote } from "./OverrideNote.tsx";
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
  account: AccountActions;
}

interface Props extends CardProps {
  /** The part that differs between the roomy and the compact card. */
  renderScored: (props: ScoredProps) => ReactNode;
}

const COMPANY_TYPE_ID = "0-2";

/** One branch per state of loading; what all of them have in common for both cards. */
export function HealthStates({ context, actions, renderScored }: Props) {
  const apiUrl = context.variables?.["API_URL"];
  const { state, refresh, show } = useAccountHealth(apiUrl, context.crm);
  // our server writes scores to the record's own properties, which stand beside the card
  const { refreshObjectProperties } = actions;
  const onRefresh = (): void => {
    refresh().then(refreshObjectProperties);
  };
  const onChanged = useCallback(
    (view: AccountHealthView): void => {
      show(view);
      refreshObjectProperties();
    },
    [show, refreshObjectProperties],
  );
  const account = useAccountActions({ apiUrl, record: context.crm }, onChanged);
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
      const shown = { view, timeZone, account };
      return (
        <Flex direction="column" gap="medium">
          <RefreshFailure failure={refreshFailure} />
          <LostBanner lost={view.lost} timeZone={timeZone} />
          {view.status !== "pending" && <ScoreHeader view={view} isAccountNamed={isAccountNamed} />}
          <OverrideNote override={view.override} timeZone={timeZone} />
          {view.status === "pending" && <Pending name={view.account.name} />}
          {view.status === "not_enough_data" && <Unscored {...shown} />}
          {view.status === "scored" && renderScored(shown)}
          <Footer view={view} timeZone={timeZone} isRefreshing={isRefreshing} onRefresh={onRefresh} />
        </Flex>
      );
    }
  }
}

function Unscored({ view, timeZone, account }: ScoredProps) {
  return (
    <>
      <RiskAlert view={view} timeZone={timeZone} />
      <NotEnoughData view={view} />
      <NextStep sentence={view.nextStep} />
      <MissingData missing={view.missing} title="To get a score" />
      <Sources sources={view.freshness} timeZone={timeZone} />
      <Corrections view={view} timeZone={timeZone} account={account} />
    </>
  );
}
