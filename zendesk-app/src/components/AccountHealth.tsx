import { Button } from "@zendeskgarden/react-buttons";
import type { AccountHealthOnScreen } from "../hooks/useAccountHealth.ts";
import { translate } from "../translate.ts";
import { HealthPanel } from "./HealthPanel.tsx";
import { Notice } from "./Notice.tsx";
import { SummarySkeleton } from "./SummarySkeleton.tsx";

/** One branch per load state; the same in every sidebar. */
export function AccountHealth({ state, refresh, onChanged }: AccountHealthOnScreen) {
  switch (state.kind) {
    case "loading":
      return <SummarySkeleton />;
    case "ready":
      return (
        <HealthPanel
          key={state.view.account.id}
          api={state.api}
          view={state.view}
          refresh={state.refresh}
          onChanged={onChanged}
          onRefresh={refresh}
        />
      );
    case "not_matched":
      return (
        <Notice
          title={translate("not_matched")}
          isTrouble={false}
          action={<SmallButton label={translate("check_again")} onClick={refresh} />}
        >
          {translate("not_matched_text")}
        </Notice>
      );
    case "failed":
      return (
        <Notice
          title={translate("failed")}
          action={<SmallButton label={translate("retry")} onClick={refresh} />}
        >
          {translate(`failed_${state.failure}`)}
        </Notice>
      );
  }
}

const SmallButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Button size="small" onClick={onClick}>
    {label}
  </Button>
);
