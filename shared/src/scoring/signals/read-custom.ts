import type { CustomValue } from "../../source-record.ts";
import { DAY_MS } from "../../units.ts";
import { counted, dayText, decimal, percent } from "../words.ts";
import type { CustomSignal } from "./custom-signal.ts";
import { measured, missing, type Outcome, type SignalReading } from "./signal.ts";
import type { SignalContext, SourceFreshness } from "./signal-context.ts";

const SOURCES = { hubspot: "HubSpot", zendesk: "Zendesk" } as const;

/** Reads a signal of the tenant's own, by the same rules as the built-in ones. */
export const readCustom = (signal: CustomSignal, context: SignalContext): SignalReading => ({
  signal: `custom.${signal.key}`,
  ...outcomeOf(signal, context),
});

function outcomeOf(signal: CustomSignal, context: SignalContext): Outcome {
  const freshness = signal.source === "hubspot" ? context.crm : context.ticketSource;
  if (freshness === null) return missing(`${SOURCES[signal.source]} does not know this customer.`);
  const ofAccount = context.state.custom
    .filter((r) => r.key === signal.key && isOf(r.subject, signal) && r.value !== null)
    .reduce<{ value: CustomValue; at: string } | null>((a, b) => (a === null || b.at > a.at ? b : a), null);
  if (ofAccount === null) return ofTickets(signal, context, freshness);
  const value = numberOf(signal, ofAccount.value);
  if (value === null) return missing(unusable(signal));
  const sentence = `${signal.label}: ${shown(signal, ofAccount.value, value)}, since ${dayText(ofAccount.at)}.`;
  return measured(freshnessOf(signal, freshness, ofAccount.at, context.nowMs), value, sentence, ofAccount.at);
}

const isOf = (subject: string, { source }: CustomSignal): boolean => subject.startsWith(`${source}:`);

/** The mean over the tickets that are open or at most 30 days old. */
function ofTickets(signal: CustomSignal, context: SignalContext, freshness: SourceFreshness): Outcome {
  const prefix = `${signal.key}/`;
  const wanted = new Set(
    context.state.tickets
      .filter(
        ({ value }) => value !== null && (isOpen(value.status) || value.createdAt > context.cutoffs.days30),
      )
      .map(({ key }) => key),
  );
  const found = new Map<string, { value: number; at: string }>();
  for (const { subject, key, value, at } of context.state.custom) {
    if (!key.startsWith(prefix) || !isOf(subject, signal) || !wanted.has(key.slice(prefix.length))) continue;
    const number = numberOf(signal, value);
    if (number !== null) found.set(key, { value: number, at });
  }
  const all = [...found.values()];
  const [first] = all;
  if (first === undefined) return missing(`${signal.label} is not recorded.`);
  const mean = all.reduce((sum, each) => sum + each.value, 0) / all.length;
  const newest = all.reduce((a, b) => (b.at > a.at ? b : a), first).at;
  const words =
    signal.kind === "boolean" ? `yes in ${percent(mean)}` : `${withUnit(signal, mean)} on average`;
  const sentence = `${signal.label}: ${words} of ${counted(all.length, "open or recent ticket")}.`;
  return measured(freshnessOf(signal, freshness, newest, context.nowMs), mean, sentence, newest);
}

const isOpen = (status: string): boolean => status === "open" || status === "pending";

function freshnessOf(
  { staleAfterDays }: CustomSignal,
  source: SourceFreshness,
  at: string,
  nowMs: number,
): SourceFreshness {
  const isOld = staleAfterDays !== null && nowMs - Date.parse(at) > staleAfterDays * DAY_MS;
  return { lastSeenAt: at, isStale: source.isStale || isOld };
}

/** `null` = it is not of the signal's kind. */
function numberOf(signal: CustomSignal, value: CustomValue): number | null {
  if (value === null) return null;
  if (signal.kind === "choice") return signal.choices?.[String(value)] ?? null;
  if (signal.kind === "number") return typeof value === "number" ? value : null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === 1 || value === 0 ? value : null;
}

const unusable = ({ label, kind }: CustomSignal): string =>
  kind === "choice"
    ? `${label} holds a choice that the scorecard does not know.`
    : `${label} holds something that is not ${kind === "number" ? "a number" : "yes or no"}.`;

function shown(signal: CustomSignal, value: CustomValue, number: number): string {
  if (signal.kind === "boolean") return number === 1 ? "yes" : "no";
  return signal.kind === "choice" ? String(value) : withUnit(signal, number);
}

const withUnit = ({ unit, kind }: CustomSignal, value: number): string =>
  unit === "" || kind !== "number" ? decimal(value, 2) : `${decimal(value, 2)} ${unit}`;
