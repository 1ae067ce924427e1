import type { ReactNode } from "react";
import type { HistoryRead, ServerState } from "../protocol.ts";

interface HeaderProps {
  server: ServerState;
  isConnected: boolean;
  accountCount: number;
}

export function Header({ server, isConnected, accountCount }: HeaderProps): ReactNode {
  return (
    <header className="top">
      <div className="top-line">
        <h1>
          <Bell /> Bellwether <span>demo</span>
        </h1>
        <p>
          {accountCount} customers of a made-up software company. HubSpot and Zendesk are stand-ins; the
          server, the HubSpot cards and the Zendesk app are the real ones.{" "}
          <strong>Make something happen</strong> and watch score, reasons and write-backs follow.
        </p>
        <Status server={server} isConnected={isConnected} />
      </div>
      {server.phase === "reading" && <HistoryProgress history={server.history} />}
      {!isConnected && (
        <p className="banner is-bad" role="alert">
          The demo does not answer. If it was ended, start it again with <code>npm run demo</code>; this page
          reconnects by itself.
        </p>
      )}
      {isConnected && server.phase === "down" && (
        <p className="banner is-bad" role="alert">
          {server.message} What is shown is the last known state. End the demo and start it again.
        </p>
      )}
    </header>
  );
}

function Status({ server, isConnected }: { server: ServerState; isConnected: boolean }): ReactNode {
  const phase = isConnected ? server.phase : "down";
  const words = {
    starting: "Starting",
    reading: "Reading history",
    live: "Live",
    down: "Not running",
  };
  return (
    <output className={`status is-${phase}`}>
      <span aria-hidden="true" /> {words[phase]}
    </output>
  );
}

const NAMES: Record<string, string> = {
  company: "companies",
  contact: "contacts",
  deal: "deals",
  ticket: "tickets",
  feedback: "feedback",
  organization: "organizations",
  user: "users",
  rating: "ratings",
};

function HistoryProgress({ history }: { history: readonly HistoryRead[] }): ReactNode {
  const read = history.reduce((sum, { recordsRead }) => sum + recordsRead, 0);
  const total = history.reduce((sum, one) => sum + Math.max(one.recordsTotal ?? 0, one.recordsRead), 0);
  const words = history
    .filter(({ recordsRead }) => recordsRead > 0)
    .map(
      (one) =>
        `${one.recordsRead} ${one.platform === "hubspot" ? "HubSpot" : "Zendesk"} ${NAMES[one.objectType] ?? one.objectType}`,
    )
    .join(" · ");
  return (
    <div className="history">
      <progress
        value={total > 0 ? read : undefined}
        max={total > 0 ? total : undefined}
        aria-label="History read"
      />
      <span>{words || "Reading a year of history from both platforms…"}</span>
    </div>
  );
}

const Bell = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M16 6a7 7 0 0 1 7 7v5l2 4H7l2-4v-5a7 7 0 0 1 7-7zm-3 18h6a3 3 0 0 1-6 0z" />
  </svg>
);
