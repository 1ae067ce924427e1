import { type ReactNode, useState } from "react";
import type { FieldChange, WriteBackEntry } from "../protocol.ts";

interface WriteBackListProps {
  writes: readonly WriteBackEntry[];
  accountKey: string;
  accountName: string;
}

const SHOWN = 40;
const PLATFORMS = { hubspot: "HubSpot", zendesk: "Zendesk" };

/** What Bellwether wrote into the two platforms, as it happens. */
export function WriteBackList({ writes, accountKey, accountName }: WriteBackListProps): ReactNode {
  const [isOwnOnly, setOwnOnly] = useState(false);
  const wanted = isOwnOnly ? writes.filter((write) => write.accountKey === accountKey) : writes;
  return (
    <section className="panel writes" aria-labelledby="writes-title">
      <div className="writes-head">
        <h2 id="writes-title">Write-backs</h2>
        <label>
          <input type="checkbox" checked={isOwnOnly} onChange={(event) => setOwnOnly(event.target.checked)} />
          only {accountName}
        </label>
      </div>
      {wanted.length === 0 && (
        <p className="hint">Nothing written yet. It starts as soon as scores are there.</p>
      )}
      <ol data-testid="write-backs">
        {wanted.slice(0, SHOWN).map((write) => (
          <li key={write.id}>
            <div className="write-head">
              <time dateTime={write.at}>{new Date(write.at).toLocaleTimeString("en-GB")}</time>
              <span className={`platform is-${write.platform}`}>{PLATFORMS[write.platform]}</span>
              <strong title={write.recordType}>{write.recordName}</strong>
            </div>
            <Changes changes={write.changes} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A first write of a record sets everything: its main values say enough. */
const MAIN = ["Health score", "Health band", "Churn risk", "Customer health"];

function Changes({ changes }: { changes: readonly FieldChange[] }): ReactNode {
  const isFirst = changes.length > 3 && changes.every(({ from }) => from === "");
  const shown = isFirst ? changes.filter(({ label }) => MAIN.includes(label)) : changes;
  return (
    <ul>
      {shown.map(({ label, from, to }) => (
        <li key={label}>
          <span>{label}</span> {from !== "" && <del>{shortened(from)}</del>}{" "}
          <ins>{to === "" ? "cleared" : shortened(to)}</ins>
        </li>
      ))}
      {shown.length < changes.length && <li>and {changes.length - shown.length} more, for the first time</li>}
    </ul>
  );
}

const LONGEST = 70;
const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()}…` : text;
