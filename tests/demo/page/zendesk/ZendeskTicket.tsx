import { type ReactNode, useState } from "react";
import type { DemoAccount, DemoSnapshot, TicketRecord } from "../../protocol.ts";
import { useRecord } from "../use-record.ts";
import { ZafFrame } from "./ZafFrame.tsx";

interface ZendeskTicketProps {
  account: DemoAccount;
  zendesk: DemoSnapshot["zendesk"];
  revision: number;
}

/** A ticket as an agent sees it in Zendesk, with the app in its sidebar. */
export function ZendeskTicket({ account, zendesk, revision }: ZendeskTicketProps): ReactNode {
  const [chosen, setChosen] = useState<string | null>(null);
  const newestFirst = account.zendeskTicketIds.toSorted((a, b) => Number(b) - Number(a));
  const id = chosen !== null && newestFirst.includes(chosen) ? chosen : (newestFirst[0] ?? null);
  const { record, failure } = useRecord<TicketRecord>(id === null ? null : `/demo/tickets/${id}`, revision);
  if (id === null) {
    return (
      <article className="zendesk is-empty">
        <p>
          {account.name} has no tickets in Zendesk yet. Press “Urgent ticket”, or choose a customer who writes
          to support.
        </p>
      </article>
    );
  }
  return (
    <article className="zendesk" aria-label={`Zendesk ticket of ${account.name}`}>
      <div className="zendesk-tabs">
        <b aria-hidden="true">zendesk</b>
        <label>
          <span className="visually-hidden">Ticket</span>
          <select value={id} onChange={(event) => setChosen(event.target.value)}>
            {newestFirst.slice(0, 25).map((ticket) => (
              <option key={ticket} value={ticket}>
                Ticket #{ticket}
              </option>
            ))}
          </select>
        </label>
        <span className="zendesk-crumbs">
          {account.name} › {record?.requester.name ?? "…"}
        </span>
      </div>
      {failure && <p className="banner is-bad">The ticket {failure}.</p>}
      <div className="zendesk-columns">
        <TicketFields ticket={record} />
        <Conversation ticket={record} />
        <section className="zendesk-apps" aria-label="Apps">
          <h3>Apps</h3>
          {record && <ZafFrame ticket={record} zendesk={zendesk} revision={revision} />}
        </section>
      </div>
    </article>
  );
}

function TicketFields({ ticket }: { ticket: TicketRecord | null }): ReactNode {
  const fields: [string, string | undefined][] = [
    ["Requester", ticket?.requester.name],
    ["Organization", ticket?.organization?.name],
    ["Customer health", ticket?.band],
    ["Type", ticket?.type],
    ["Priority", ticket?.priority],
    ["Tags", ticket?.tags.join(", ")],
  ];
  return (
    <dl className="zendesk-fields">
      {fields.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className={label === "Customer health" ? "is-ours" : ""}>{value || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Conversation({ ticket }: { ticket: TicketRecord | null }): ReactNode {
  if (ticket === null) return <section className="zendesk-conversation">Loading the ticket…</section>;
  return (
    <section className="zendesk-conversation">
      <header>
        <h2>{ticket.subject}</h2>
        <span className={`zendesk-status is-${ticket.status}`}>{ticket.status}</span>
      </header>
      <div className="zendesk-message">
        <span className="zendesk-avatar" aria-hidden="true">
          {ticket.requester.name.charAt(0)}
        </span>
        <div>
          <strong>{ticket.requester.name}</strong>{" "}
          <time dateTime={ticket.createdAt}>{new Date(ticket.createdAt).toLocaleDateString("en-GB")}</time>
          <p>{ticket.description || ticket.subject}</p>
        </div>
      </div>
      <div className="zendesk-reply" aria-hidden="true">
        <span>Public reply</span>
      </div>
    </section>
  );
}
