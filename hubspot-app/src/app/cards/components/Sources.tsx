import type { AccountHealthView } from "@bellwether/shared";
import { StatusTag } from "@hubspot/ui-extensions";
import { dayAndTime, duration } from "../text.ts";
import { Section } from "./Section.tsx";

type Source = AccountHealthView["freshness"][number];

/** How fresh each source is. */
export function Sources({ sources, timeZone }: { sources: readonly Source[]; timeZone: string }) {
  if (sources.length === 0) return null;
  return (
    <Section title="Sources">
      {sources.map((source) => (
        <StatusTag key={source.source} variant={source.isStale ? "warning" : "success"}>
          {sourceSentence(source, timeZone)}
        </StatusTag>
      ))}
    </Section>
  );
}

function sourceSentence({ label, lastSeenAt, limitHours, isStale }: Source, timeZone: string): string {
  if (lastSeenAt === null) return `${label}: never seen`;
  const seen = `${label}: up to date as of ${dayAndTime(lastSeenAt, timeZone)}`;
  return isStale ? `${seen}, which is more than ${duration(limitHours)} ago` : seen;
}
