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
      {shown.map((change) => (
        <Change key={change.label} change={change} />
      ))}
      {shown.length < changes.length && <li>and {changes.length - shown.length} more, for the first time</li>}
    </ul>
  );
}

function Change({ change: { label, from, to } }: { change: FieldChange }): ReactNode {
  const [before, after] = [from.split("\n"), to.split("\n")];
  // Of a text of several lines, only the lines that are not in both.
  const removed = before.filter((line) => line !== "" && !after.includes(line)).join(" · ");
  const added = after.filter((line) => line !== "" && !before.includes(line)).join(" · ");
  return (
    <li>
      <span>{label}</span> {removed !== "" && <del>{shortened(removed)}</del>}{" "}
      <ins>{to === "" ? "cleared" : shortened(added)}</ins>
    </li>
  );
}

const LONGEST = 90;
const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()}…` : text;
