import type { AccountHealthView } from "@bellwether/shared";
import { Accordion } from "@zendeskgarden/react-accordions";
import type { ReactNode } from "react";
import { styled } from "styled-components";
import { formats } from "../format.ts";
import { type Phrase, translate } from "../translate.ts";
import { ChangeSection } from "./ChangeSection.tsx";
import { ChurnSection } from "./ChurnSection.tsx";
import { DataSection } from "./DataSection.tsx";
import { List, Small, Strong, Subtle } from "./layout.ts";
import { ScoreSection } from "./ScoreSection.tsx";

interface Section {
  title: Phrase;
  /** Whether it is open at first: what an agent asks next. */
  isOpen: boolean;
  content: ReactNode;
}

const Sections = styled(Accordion)`
  margin: 4px -12px -8px;
`;

/** Everything that the summary leaves out. */
export function Details({ id, view }: { id: string; view: AccountHealthView }) {
  const sections = sectionsOf(view);
  const open = sections.flatMap((section, i) => (section.isOpen ? [i] : []));
  return (
    <div id={id}>
      <Circumstances view={view} />
      <Sections defaultExpandedSections={open} isCollapsible isCompact isExpandable level={2}>
        {sections.map((section) => (
          <Accordion.Section key={section.title}>
            <Accordion.Header>
              <Accordion.Label>{translate(section.title)}</Accordion.Label>
            </Accordion.Header>
            <Accordion.Panel>{section.content}</Accordion.Panel>
          </Accordion.Section>
        ))}
      </Sections>
    </div>
  );
}

function sectionsOf(view: AccountHealthView): Section[] {
  const isScored = view.status === "scored";
  const sections: (Section & { isShown: boolean })[] = [
    {
      title: "section_missing",
      isOpen: !isScored,
      isShown: view.missing.length > 0 && !isScored,
      content: <Missing view={view} />,
    },
    {
      title: "section_churn",
      isOpen: isScored,
      isShown: view.status !== "pending",
      content: <ChurnSection risk={view.churnRisk} />,
    },
    {
      title: "section_changes",
      isOpen: isScored,
      isShown: isScored,
      content: <ChangeSection changes={view.changes} />,
    },
    {
      title: "section_score",
      isOpen: false,
      isShown: view.contributions.length > 0,
      content: <ScoreSection view={view} />,
    },
    {
      title: "section_missing",
      isOpen: false,
      isShown: view.missing.length > 0 && isScored,
      content: <Missing view={view} />,
    },
    { title: "section_data", isOpen: false, isShown: true, content: <DataSection view={view} /> },
  ];
  return sections.filter((section) => section.isShown);
}

/** Who this is, and why it needs care right now. */
function Circumstances({ view }: { view: AccountHealthView }) {
  const { sentences } = view.atRisk;
  return (
    <section style={{ marginTop: 8 }}>
      <Strong>{view.account.name}</Strong>
      <Subtle>
        {translate("account_line", {
          segment: translate(`segment_${view.segment}`),
          days: formats.number(Math.floor(view.ageDays)),
        })}
      </Subtle>
      {view.atRisk.since && (
        <Subtle>{translate("at_risk_since", { date: formats.day(view.atRisk.since) })}</Subtle>
      )}
      {sentences.length > 0 && (
        <List style={{ margin: "6px 0" }}>
          {sentences.map((sentence) => (
            <Small as="li" key={sentence}>
              {sentence}
            </Small>
          ))}
        </List>
      )}
    </section>
  );
}

function Missing({ view }: { view: AccountHealthView }) {
  return (
    <List>
      {view.missing.map((item) => (
        <li key={item.measure} style={{ marginBottom: 6 }}>
          <Small>
            <Strong>{item.label}</Strong>
          </Small>
          <Small>{item.remedy}</Small>
        </li>
      ))}
    </List>
  );
}
