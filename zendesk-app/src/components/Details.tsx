import type { AccountHealthView } from "@bellwether/shared";
import { Accordion } from "@zendeskgarden/react-accordions";
import { type ReactNode, useState } from "react";
import { styled } from "styled-components";
import { formats } from "../format.ts";
import type { AccountApi } from "../health/account-api.ts";
import { type Phrase, translate } from "../translate.ts";
import { ChangeSection } from "./ChangeSection.tsx";
import { ChurnSection } from "./ChurnSection.tsx";
import { CorrectionSection } from "./CorrectionSection.tsx";
import { CounterfactualSection } from "./CounterfactualSection.tsx";
import { DataSection } from "./DataSection.tsx";
import { ExplainSection } from "./ExplainSection.tsx";
import { List, Small, Strong, Subtle } from "./layout.ts";
import { PeopleNotes, RedFlags } from "./PeopleNotes.tsx";
import { ScoreSection } from "./ScoreSection.tsx";
import { Sparkline } from "./Sparkline.tsx";

export interface DetailsProps {
  id: string;
  view: AccountHealthView;
  api: AccountApi;
  /** Gets health that came with another answer. */
  onChanged: (view: AccountHealthView) => void;
}

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
export function Details(props: DetailsProps) {
  const sections = sectionsOf(props);
  const { isOpen, wasOpened, toggle } = useOpenSections(sections);
  return (
    <div id={props.id}>
      <Circumstances view={props.view} />
      <Sections
        expandedSections={sections.flatMap((section, i) => (isOpen(section) ? [i] : []))}
        isCompact
        level={2}
        onChange={(i) => {
          const section = sections[i];
          if (section) toggle(section);
        }}
      >
        {sections.map((section) => (
          <Accordion.Section key={section.title}>
            <Accordion.Header>
              <Accordion.Label>{translate(section.title)}</Accordion.Label>
            </Accordion.Header>
            <Accordion.Panel>{wasOpened(section) && section.content}</Accordion.Panel>
          </Accordion.Section>
        ))}
      </Sections>
    </div>
  );
}

/** A section's content is made when it is first opened, and then kept: some ask the server, others are written in. */
function useOpenSections(sections: readonly Section[]) {
  const atFirst = sections.filter((section) => section.isOpen).map(({ title }) => title);
  const [open, setOpen] = useState<ReadonlySet<Phrase>>(() => new Set(atFirst));
  const [opened, setOpened] = useState(open);
  return {
    isOpen: ({ title }: Section) => open.has(title),
    wasOpened: ({ title }: Section) => opened.has(title),
    toggle: ({ title }: Section) => {
      const next = new Set(open);
      if (!next.delete(title)) next.add(title);
      setOpen(next);
      setOpened(new Set([...opened, ...next]));
    },
  };
}

function sectionsOf({ view, api, onChanged }: DetailsProps): Section[] {
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
      title: "section_explain",
      isOpen: false,
      isShown: isScored,
      content: <ExplainSection api={api} />,
    },
    {
      title: "section_counterfactual",
      isOpen: false,
      isShown: view.counterfactual !== null,
      content: view.counterfactual && <CounterfactualSection counterfactual={view.counterfactual} />,
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
    {
      title: "section_corrections",
      isOpen: view.corrections.length > 0,
      isShown: view.may.correct || view.corrections.length > 0,
      content: <CorrectionSection api={api} view={view} onChanged={onChanged} />,
    },
  ];
  return sections.filter((section) => section.isShown);
}

/** Who this is, and why it needs care right now. */
function Circumstances({ view }: { view: AccountHealthView }) {
  return (
    <section style={{ marginTop: 8 }}>
      <Strong>{view.account.name}</Strong>
      <Subtle>
        {translate("account_line", {
          segment: translate(`segment_${view.segment}`),
          days: formats.number(Math.floor(view.ageDays)),
        })}
      </Subtle>
      <PeopleNotes view={view} />
      {view.lost === null && <Risk atRisk={view.atRisk} />}
      <RedFlags flags={view.redFlags} />
      <Sparkline points={view.trend.points} />
    </section>
  );
}

function Risk({ atRisk: { since, sentences } }: Pick<AccountHealthView, "atRisk">) {
  return (
    <>
      {since && <Subtle>{translate("at_risk_since", { date: formats.day(since) })}</Subtle>}
      {sentences.length > 0 && (
        <List style={{ margin: "6px 0" }}>
          {sentences.map((sentence) => (
            <Small as="li" key={sentence}>
              {sentence}
            </Small>
          ))}
        </List>
      )}
    </>
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
