import type { AccountHealthView } from "@bellwether/shared";
import { useId, useState } from "react";
import { translate } from "../translate.ts";
import { Details, type DetailsProps } from "./Details.tsx";
import { Glyph } from "./Glyph.tsx";
import { Headline } from "./Headline.tsx";
import { Panel, Row, Small, SmallLink, Subtle } from "./layout.ts";
import { NextStep } from "./NextStep.tsx";
import { ReasonList } from "./ReasonList.tsx";

export interface HealthPanelProps extends Omit<DetailsProps, "id"> {
  refresh: "idle" | "under_way" | "failed";
  onRefresh: () => void;
}

/** At most 200 px high until it is opened: the verdict, what to do, and why. */
export function HealthPanel({ view, api, refresh, onRefresh, onChanged }: HealthPanelProps) {
  const [isOpen, setIsOpen] = useState(false);
  const detailsId = useId();
  return (
    <Panel aria-busy={refresh === "under_way"}>
      <Headline view={view} />
      <Explanation view={view} isOpen={isOpen} />
      <Row style={{ justifyContent: "space-between", marginTop: 4 }}>
        <SmallLink
          aria-controls={isOpen ? detailsId : undefined}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {translate(isOpen ? "show_less" : "show_more")}
          <Row as="span" style={{ display: "inline-flex", marginLeft: 4, verticalAlign: "-1px" }}>
            <Glyph shape={isOpen ? "close" : "open"} />
          </Row>
        </SmallLink>
        {isOpen && (
          <SmallLink disabled={refresh === "under_way"} onClick={onRefresh}>
            {translate(refresh === "under_way" ? "refreshing" : "refresh")}
          </SmallLink>
        )}
      </Row>
      {refresh === "failed" && <Subtle role="status">{translate("refresh_failed")}</Subtle>}
      {isOpen && <Details api={api} id={detailsId} view={view} onChanged={onChanged} />}
    </Panel>
  );
}

function Explanation({ view, isOpen }: { view: AccountHealthView; isOpen: boolean }) {
  switch (view.status) {
    case "scored":
      return (
        <>
          <NextStep sentence={view.nextStep} isOpen={isOpen} />
          <ReasonList reasons={view.reasons} isOpen={isOpen} />
        </>
      );
    case "not_enough_data":
      return <NextStep sentence={view.nextStep} isOpen={isOpen} />;
    case "pending":
      return <Small style={{ margin: "8px 0" }}>{translate("pending_text")}</Small>;
  }
}
