import type { Observation } from "../../shared/src/observation.ts";
import { observationsOf } from "../../shared/src/observe.ts";
import type { FieldsOf, RecordRef, SourceRecord } from "../../shared/src/source-record.ts";
import { daysAgoText } from "./account-facts.ts";

export const link = (id: string): RecordRef => ({ platform: "zendesk", objectType: "organization", id });
export const requester: RecordRef = { platform: "zendesk", objectType: "user", id: "31" };

export const ticket = (
  updatedDays: number,
  fields: Partial<FieldsOf<"ticket">> = {},
  links: RecordRef[] = [link("7"), requester],
): SourceRecord => ({
  ref: { platform: "zendesk", objectType: "ticket", id: "901" },
  createdAt: daysAgoText(10),
  updatedAt: daysAgoText(updatedDays),
  links,
  fields: {
    kind: "ticket",
    status: "open",
    priority: "normal",
    solvedAt: null,
    reopens: 0,
    firstReplyMinutes: null,
    ...fields,
  },
});

/** A millisecond after that day's version: two versions of one time are told apart by it. */
export const later = (days: number): string => new Date(Date.parse(daysAgoText(days)) + 1).toISOString();

/** What the store would hold after these versions arrived one after the other; the newest is kept as known. */
export function chain(versions: readonly SourceRecord[]): Observation[] {
  let known: SourceRecord | null = null;
  const all: Observation[] = [];
  for (const version of versions) {
    all.push(...observationsOf(known, version));
    if (known === null || version.updatedAt >= known.updatedAt) known = version;
  }
  return all;
}
