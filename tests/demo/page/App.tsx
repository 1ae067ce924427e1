import { type ReactNode, useEffect, useRef, useState } from "react";
import type { DemoAccount, DemoSnapshot } from "../protocol.ts";
import { AccountPicker } from "./AccountPicker.tsx";
import { Actions } from "./Actions.tsx";
import { Header } from "./Header.tsx";
import { HubSpotRecord } from "./hubspot/HubSpotRecord.tsx";
import { JourneyList } from "./JourneyList.tsx";
import { type PageTab, TabBar } from "./TabBar.tsx";
import { useDemo } from "./use-demo.ts";
import { useIsNarrow } from "./use-is-narrow.ts";
import { useSettled } from "./use-settled.ts";
import { WriteBackList } from "./WriteBackList.tsx";
import { ZendeskTicket } from "./zendesk/ZendeskTicket.tsx";

/** Events of one press come in bursts; this long after the last one the records are read again. */
const SETTLE_MS = 250;

export function App(): ReactNode {
  const { snapshot, isConnected, revisions } = useDemo();
  const [key, setKey] = useChosenAccount();
  const first = useFirstChoice(snapshot);
  const isNarrow = useIsNarrow();
  const [tab, setTab] = useState<PageTab>("hubspot");
  const account = snapshot?.accounts.find((one) => one.key === key) ?? first;
  const revision = useSettled(account ? (revisions[account.key] ?? 0) : 0, SETTLE_MS);
  if (!snapshot || !account) return <p className="starting">Starting the demo…</p>;
  const glance = snapshot.glances[account.key];
  const shown: PageTab = !isNarrow && tab === "activity" ? "hubspot" : tab;
  const activity = (
    <WriteBackList writes={snapshot.writes} accountKey={account.key} accountName={account.name} />
  );
  const controls = (
    <>
      <Actions account={account} journeys={snapshot.journeys} isServerUp={snapshot.server.phase !== "down"} />
      <JourneyList journeys={snapshot.journeys} accountKey={account.key} />
    </>
  );
  return (
    <>
      <Header server={snapshot.server} isConnected={isConnected} accountCount={snapshot.accounts.length} />
      <main className="layout">
        <div className="stage">
          <AccountPicker
            accounts={snapshot.accounts}
            glances={snapshot.glances}
            chosen={account}
            onChoose={setKey}
          />
          {glance?.matchDoubt && <MatchDoubt account={account} reason={glance.matchDoubt} />}
          {isNarrow && controls}
          <TabBar
            selected={shown}
            isNarrow={isNarrow}
            writeCount={snapshot.writes.length}
            onSelect={setTab}
          />
          <div role="tabpanel" id="panel-hubspot" aria-labelledby="tab-hubspot" hidden={shown !== "hubspot"}>
            <HubSpotRecord account={account} hubspot={snapshot.hubspot} revision={revision} />
          </div>
          <div role="tabpanel" id="panel-zendesk" aria-labelledby="tab-zendesk" hidden={shown !== "zendesk"}>
            <ZendeskTicket account={account} zendesk={snapshot.zendesk} revision={revision} />
          </div>
          {isNarrow && (
            <div
              role="tabpanel"
              id="panel-activity"
              aria-labelledby="tab-activity"
              hidden={shown !== "activity"}
            >
              {activity}
            </div>
          )}
        </div>
        {!isNarrow && (
          <aside className="rail" aria-label="What happens">
            {controls}
            {activity}
          </aside>
        )}
      </main>
    </>
  );
}

function MatchDoubt({ account, reason }: { account: DemoAccount; reason: string }): ReactNode {
  return (
    <p className="banner is-note">
      {account.name} may also be an organization in Zendesk. {reason} Until a person confirms it, what happens
      in Zendesk does not count.
    </p>
  );
}

/**
 * What a visitor sees first: a customer known on both platforms, healthy but near the line, so that an event shows.
 * Chosen once; before scores are there, the first customer that should be healthy.
 */
function useFirstChoice(snapshot: DemoSnapshot | null): DemoAccount | null {
  const chosen = useRef<string | null>(null);
  if (snapshot && chosen.current === null) chosen.current = firstChoice(snapshot)?.key ?? null;
  return snapshot?.accounts.find(({ key }) => key === chosen.current) ?? null;
}

function firstChoice({ accounts, glances }: DemoSnapshot): DemoAccount | null {
  const typical = accounts.filter(
    ({ story, zendeskTicketIds, key }) =>
      (story === "stable" || story === "growing") && zendeskTicketIds.length > 0 && !glances[key]?.matchDoubt,
  );
  const scoreOf = ({ key }: DemoAccount) => glances[key]?.healthScore ?? 0;
  const green = typical.filter(({ key }) => glances[key]?.band === "green");
  return green.toSorted((a, b) => scoreOf(a) - scoreOf(b))[0] ?? typical[0] ?? accounts[0] ?? null;
}

/** The chosen account stands in the address, so that a reload and a link keep it. */
function useChosenAccount(): [string, (key: string) => void] {
  const [key, setKey] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  useEffect(() => {
    const follow = () => setKey(decodeURIComponent(window.location.hash.slice(1)));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return [key, (next) => window.location.replace(`#${encodeURIComponent(next)}`)];
}
