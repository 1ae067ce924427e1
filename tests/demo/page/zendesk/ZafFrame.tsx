import { type ReactNode, useEffect, useRef, useState } from "react";
import {
  startZafHost,
  type ZafHost,
  type ZafProxyAnswer,
  type ZafRequestOptions,
} from "../../../support/zaf-host.ts";
import type { DemoSnapshot, TicketRecord } from "../../protocol.ts";

interface ZafFrameProps {
  ticket: TicketRecord;
  zendesk: DemoSnapshot["zendesk"];
  revision: number;
}

const FIRST_HEIGHT_PX = 200;
const AGENT = {
  id: 9001,
  name: "Alex Kim",
  email: "alex@bellwether.example",
  role: "agent",
  locale: "en-US",
};

/** The real app in an iframe; this side of the Zendesk Apps Framework's messages. */
export function ZafFrame({ ticket, zendesk, revision }: ZafFrameProps): ReactNode {
  const frame = useRef<HTMLIFrameElement>(null);
  const host = useRef<ZafHost | null>(null);
  const [height, setHeight] = useState(FIRST_HEIGHT_PX);
  const newest = useRef(ticket);
  newest.current = ticket;
  // The ticket's id alone decides whether it is another page: its content is read through `newest`.
  useEffect(() => {
    if (frame.current === null) return;
    const started = startZafHost({
      frame: frame.current,
      appUrl: zendesk.appUrl,
      appGuid: `bellwether-${ticket.id}`,
      context: {
        product: "support",
        location: "ticket_sidebar",
        instanceGuid: `bellwether-${ticket.id}`,
        account: { subdomain: zendesk.subdomain },
        ticketId: Number(ticket.id),
      },
      metadata: { appId: 1, installationId: 1, settings: zendesk.settings },
      data: ticketData(() => newest.current, zendesk.subdomain),
      actions: {
        resize: (size) => {
          const wanted = Number.parseFloat(String((size as { height?: unknown }).height));
          if (Number.isFinite(wanted)) setHeight(wanted);
        },
        notify: () => undefined,
        routeTo: () => undefined,
      },
      proxy: callThroughZendesk,
    });
    host.current = started;
    return () => {
      host.current = null;
      started.close();
    };
  }, [ticket.id, zendesk]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision is what the app has to hear of
  useEffect(() => {
    const isLoaded = host.current?.listening().has("ticket.updated");
    if (isLoaded) host.current?.fire("ticket.updated", { id: Number(newest.current.id) });
  }, [revision]);
  return <iframe ref={frame} className="zendesk-frame" title="Bellwether in Zendesk" style={{ height }} />;
}

/** What the app may read of the ticket, by ZAF's paths. */
function ticketData(ticket: () => TicketRecord, subdomain: string): Record<string, unknown> {
  const organization = () => ticket().organization;
  return {
    currentUser: AGENT,
    "currentUser.id": AGENT.id,
    "currentUser.role": AGENT.role,
    "currentUser.locale": AGENT.locale,
    "currentAccount.subdomain": subdomain,
    "ticket.id": () => Number(ticket().id),
    "ticket.subject": () => ticket().subject,
    "ticket.status": () => ticket().status,
    "ticket.priority": () => ticket().priority,
    "ticket.tags": () => ticket().tags,
    "ticket.requester": () => ticket().requester,
    "ticket.requester.id": () => ticket().requester.id,
    "ticket.organization": organization,
    "ticket.organization.id": () => organization()?.id ?? null,
  };
}

async function callThroughZendesk(request: ZafRequestOptions): Promise<ZafProxyAnswer> {
  try {
    const response = await fetch("/demo/zendesk-proxy", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    if (!response.ok) return { ok: false, status: 502, text: `the proxy answered ${response.status}` };
    return (await response.json()) as ZafProxyAnswer;
  } catch (error) {
    return { ok: false, status: 0, text: String(error) };
  }
}
