import { type ReactNode, useEffect, useRef, useState } from "react";
import type { CompanyRecord, DemoAccount, RecordField } from "../../protocol.ts";

interface PropertyListProps {
  account: DemoAccount;
  record: CompanyRecord | null;
  failure: string;
}

/** The record's left column; values that just changed are marked. */
export function PropertyList({ account, record, failure }: PropertyListProps): ReactNode {
  const changed = useChanged(record);
  const group = (isOurs: boolean) => record?.fields.filter((field) => field.isOurs === isOurs) ?? [];
  return (
    <section className="hubspot-left">
      <div className="hubspot-title">
        <span className="hubspot-avatar" aria-hidden="true">
          {account.name.charAt(0)}
        </span>
        <div>
          <h2>{account.name}</h2>
          <small>{record?.domain}</small>
        </div>
      </div>
      {failure && <p className="banner is-bad">The record {failure}.</p>}
      <Properties title="Bellwether (written back)" fields={group(true)} changed={changed} />
      <Properties title="About this company" fields={group(false)} changed={changed} />
    </section>
  );
}

interface PropertiesProps {
  title: string;
  fields: readonly RecordField[];
  changed: ReadonlySet<string>;
}

function Properties({ title, fields, changed }: PropertiesProps): ReactNode {
  return (
    <details className="hubspot-properties" open>
      <summary>{title}</summary>
      <dl>
        {fields.map(({ name, label, value }) => (
          <div key={name} className={changed.has(name) ? "is-changed" : ""} data-property={name}>
            <dt>{label}</dt>
            <dd>{value === "" ? "–" : readable(name, value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const readable = (name: string, value: string): string => {
  const isTime = name === "bellwether_scored_at";
  const time = new Date(/^\d+$/.test(value) ? Number(value) : value);
  return isTime && !Number.isNaN(time.getTime()) ? time.toLocaleString("en-GB") : value;
};

const MARKED_MS = 8_000;

/** Names of the fields whose value differs from the last reading of the same record, for a few seconds. */
function useChanged(record: CompanyRecord | null): ReadonlySet<string> {
  const last = useRef<CompanyRecord | null>(null);
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const before = last.current;
    if (record === null) return;
    last.current = record;
    const names = before?.id === record.id ? differences(before, record) : [];
    if (names.length > 0) setChanged(new Set(names));
    else if (before?.id !== record.id) setChanged(new Set());
  }, [record]);
  useEffect(() => {
    if (changed.size === 0) return;
    const timer = setTimeout(() => setChanged(new Set()), MARKED_MS);
    return () => clearTimeout(timer);
  }, [changed]);
  return changed;
}

function differences(before: CompanyRecord, after: CompanyRecord): string[] {
  const values = new Map(before.fields.map(({ name, value }) => [name, value]));
  return after.fields.filter(({ name, value }) => values.get(name) !== value).map(({ name }) => name);
}
