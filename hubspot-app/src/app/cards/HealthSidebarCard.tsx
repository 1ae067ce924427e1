import { Accordion, Flex, hubspot } from "@hubspot/ui-extensions";
import { Changes } from "./components/Changes.tsx";
import { ChurnRisk } from "./components/ChurnRisk.tsx";
import { Corrections } from "./components/Corrections.tsx";
import { CounterfactualSteps } from "./components/CounterfactualSteps.tsx";
import { type CardProps, HealthStates, type ScoredProps } from "./components/HealthStates.tsx";
import { MissingData } from "./components/MissingData.tsx";
import { NextStep } from "./components/NextStep.tsx";
import { Reasons } from "./components/Reasons.tsx";
import { RedFlags } from "./components/RedFlags.tsx";
import { RiskAlert } from "./components/RiskAlert.tsx";
import { Sources } from "./components/Sources.tsx";
import { WhyAndSince } from "./components/WhyAndSince.tsx";

hubspot.extend<"crm.record.sidebar" | "helpdesk.sidebar">(({ context, actions }) => (
  <HealthSidebarCard context={context} actions={actions} />
));

const REASONS = 3;

/** The compact card, in a record's sidebar and beside a help desk ticket. */
export function HealthSidebarCard(props: CardProps) {
  return <HealthStates {...props} renderScored={(scored) => <Scored {...scored} />} />;
}

function Scored({ view, timeZone, account }: ScoredProps) {
  return (
    <>
      <RiskAlert view={view} timeZone={timeZone} />
      <NextStep sentence={view.nextStep} />
      <Reasons view={view} timeZone={timeZone} limit={REASONS} />
      <RedFlags flags={view.redFlags} timeZone={timeZone} />
      <ChurnRisk churnRisk={view.churnRisk} reasonLimit={0} />
      <WhyAndSince explain={account.explain} timeZone={timeZone} />
      <Accordion title="Changes, sources and missing data">
        <Flex direction="column" gap="medium">
          <Changes view={view} timeZone={timeZone} />
          <CounterfactualSteps counterfactual={view.counterfactual} />
          <Sources sources={view.freshness} timeZone={timeZone} />
          <MissingData missing={view.missing} title="Missing" />
        </Flex>
      </Accordion>
      <Corrections view={view} timeZone={timeZone} account={account} />
    </>
  );
}
