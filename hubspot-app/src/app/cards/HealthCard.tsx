import { Accordion, AutoGrid, Flex, hubspot } from "@hubspot/ui-extensions";
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
import { ScoreTable } from "./components/ScoreTable.tsx";
import { Sources } from "./components/Sources.tsx";
import { TrendChart } from "./components/TrendChart.tsx";
import { WhyAndSince } from "./components/WhyAndSince.tsx";

hubspot.extend<"crm.record.tab">(({ context, actions }) => (
  <HealthCard context={context} actions={actions} />
));

const REASONS = 5;
const CHURN_REASONS = 3;
/** Pixels; two columns where there is room for both, else one. */
const COLUMN_WIDTH = 320;

/** The roomy card in a record's tab: first what to do and why, then what it rests on. */
export function HealthCard(props: CardProps) {
  return <HealthStates {...props} renderScored={(scored) => <Scored {...scored} />} />;
}

function Scored({ view, timeZone, account }: ScoredProps) {
  return (
    <>
      <RiskAlert view={view} timeZone={timeZone} />
      <NextStep sentence={view.nextStep} />
      <AutoGrid columnWidth={COLUMN_WIDTH} gap="large" flexible>
        <Flex direction="column" gap="medium">
          <Reasons view={view} timeZone={timeZone} limit={REASONS} />
          <RedFlags flags={view.redFlags} timeZone={timeZone} />
        </Flex>
        <Flex direction="column" gap="medium">
          <Changes view={view} timeZone={timeZone} />
          <ChurnRisk churnRisk={view.churnRisk} reasonLimit={CHURN_REASONS} />
          <CounterfactualSteps counterfactual={view.counterfactual} />
        </Flex>
      </AutoGrid>
      <TrendChart view={view} timeZone={timeZone} />
      <WhyAndSince explain={account.explain} timeZone={timeZone} />
      <Accordion title="How the score adds up">
        <ScoreTable view={view} />
      </Accordion>
      <Accordion title="Sources and missing data">
        <Flex direction="column" gap="medium">
          <Sources sources={view.freshness} timeZone={timeZone} />
          <MissingData missing={view.missing} title="Missing" />
        </Flex>
      </Accordion>
      <Corrections view={view} timeZone={timeZone} account={account} />
    </>
  );
}
