import { Button } from "@zendeskgarden/react-buttons";
import type { AccountHealthState } from "../health/health-reader.ts";
import { translate } from "../translate.ts";
import { HealthPanel } from "./HealthPanel.tsx";
import { Notice } from "./Notice.tsx";
import { SummarySkeleton } from "./SummarySkeleton.tsx";

/** One branch per load state; the same in every sidebar. */
export function AccountHealth({ state, refresh }: { state: AccountHealthState; refresh: () => void }) {
  switch (state.kind) {
    case "loading":
      return <SummarySkeleton />;
    case "ready":
      return (
        <HealthPanel
          key={state.view.account.id}
          view={state.view}
          refresh={state.refresh}
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
