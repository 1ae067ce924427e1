import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { CompanyRecord, DemoAccount, DemoSnapshot } from "../../protocol.ts";
import { useRecord } from "../use-record.ts";
import { CardHost } from "./CardHost.tsx";
import type { AlertMessage, CardContext, CardRun } from "./card-protocol.ts";
import { PropertyList } from "./PropertyList.tsx";
import { RecordActions } from "./record-actions.ts";

interface HubSpotRecordProps {
  account: DemoAccount;
  hubspot: DemoSnapshot["hubspot"];
  revision: number;
}

const ALERT_MS = 6_000;

/** A company's record page as HubSpot lays it out: properties, a tab with a card, a sidebar with a card. */
export function HubSpotRecord({ account, hubspot, revision }: HubSpotRecordProps): ReactNode {
  const [refreshes, setRefreshes] = useState(0);
  const { record, failure } = useRecord<CompanyRecord>(
    `/demo/companies/${account.hubspotCompanyId}`,
    revision + refreshes,
  );
  const [alert, setAlert] = useState<AlertMessage | null>(null);
  useEffect(() => {
    if (alert === null) return;
    const timer = setTimeout(() => setAlert(null), ALERT_MS);
    return () => clearTimeout(timer);
  }, [alert]);
  const [host] = useState(
    () => new RecordActions({ onAlert: setAlert, onRefresh: () => setRefreshes((count) => count + 1) }),
  );
  const [generation, setGeneration] = useState(0);
  useEffect(() => {
    if (record) host.take(record);
  }, [host, record]);
  const isFirst = useRef(true);
  const page = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision is what loads the cards again
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else if (!host.hasListeners && !isWriting(page.current)) setGeneration((count) => count + 1);
  }, [revision, host]);
  const tab = useCard("crm.record.tab", "HealthCard", account, hubspot);
  const sidebar = useCard("crm.record.sidebar", "HealthSidebarCard", account, hubspot);
  return (
    <article ref={page} className="hubspot" aria-label={`HubSpot record of ${account.name}`}>
      <div className="hubspot-bar" aria-hidden="true">
        <b>HubSpot</b>
        <span>CRM › Companies</span>
      </div>
      {alert && (
        <output className={`hubspot-alert is-${alert.type ?? "info"}`}>
          {alert.title && <strong>{alert.title} </strong>}
          {alert.message}
        </output>
      )}
      <div className="hubspot-columns">
        <PropertyList account={account} record={record} failure={failure} />
        <section className="hubspot-middle">
          <div className="hubspot-tabs" aria-hidden="true">
            <span>Overview</span>
            <span>Activities</span>
            <span className="is-selected">Customer health</span>
          </div>
          <div className="hubspot-card" data-testid="tab-card">
            <h3>Customer health</h3>
            <CardHost card={tab} actions={host.actions} generation={generation} />
          </div>
        </section>
        <section className="hubspot-side">
          <div className="hubspot-card" data-testid="sidebar-card">
            <h3>Customer health at a glance</h3>
            <CardHost card={sidebar} actions={host.actions} generation={generation} />
          </div>
        </section>
      </div>
    </article>
  );
}

/** Somebody fills in a card's form: to load the card again would take away what was written. */
const isWriting = (page: HTMLElement | null): boolean => page?.querySelector(".hs-field") != null;

/** HubSpot's id for companies. */
const COMPANY_TYPE = "0-2";

function useCard(
  location: CardContext["location"],
  bundle: string,
  account: DemoAccount,
  { portalId, appId, user, apiUrl }: DemoSnapshot["hubspot"],
): CardRun {
  return useMemo(
    () => ({
      bundleUrl: new URL(`/demo/cards/${bundle}.js`, window.location.href).href,
      backendUrl: new URL("/demo/hubspot-fetch", window.location.href).href,
      context: {
        location,
        user: {
          ...user,
          emails: [user.email],
          roles: [],
          teams: [],
          locale: "en",
          language: "en",
          permissions: [],
        },
        portal: { id: portalId, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        crm: { objectId: Number(account.hubspotCompanyId), objectTypeId: COMPANY_TYPE },
        extension: { appId, appName: "Bellwether", cardTitle: "Customer health" },
        variables: { API_URL: apiUrl },
      },
    }),
    [location, bundle, account.hubspotCompanyId, portalId, appId, user, apiUrl],
  );
}
