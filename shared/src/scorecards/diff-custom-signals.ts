import type { Scorecard } from "../scoring/scorecard.ts";
import type { CustomSignal } from "../scoring/signals/custom-signal.ts";
import { exact } from "./scale-words.ts";

const KINDS = { number: "a number", boolean: "yes or no", choice: "a choice" } as const;
const SOURCES = { hubspot: "HubSpot", zendesk: "Zendesk" } as const;

const choiceWords = ({ choices = {} }: CustomSignal): string =>
  Object.entries(choices)
    .map(([choice, value]) => `“${choice}” counts ${exact(value)}`)
    .toSorted()
    .join(", ");

/** What a signal of one's own says of itself, in the words that the page and the comparison share. */
export const CUSTOM_SIGNAL_FACTS: readonly { what: string; value(signal: CustomSignal): string }[] = [
  { what: "is called", value: (signal) => `“${signal.label}”` },
  { what: "is explained as", value: (signal) => `“${signal.definition}”` },
  { what: "is read from", value: (signal) => SOURCES[signal.source] },
  { what: "is", value: (signal) => KINDS[signal.kind] },
  { what: "has the choices", value: (signal) => choiceWords(signal) || "none" },
  { what: "has the unit", value: (signal) => (signal.unit === "" ? "none" : `“${signal.unit}”`) },
  {
    what: "goes out of date after",
    value: ({ staleAfterDays: days }) =>
      days === null ? "no time at all" : `${exact(days)} ${days === 1 ? "day" : "days"}`,
  },
  {
    what: "is shown to",
    value: (signal) => (signal.isFinancial ? "readers with the financial grant" : "every reader"),
  },
];

/** What became of the signals of one's own. */
export function diffCustomSignals(before: Scorecard, after: Scorecard): string[] {
  const byKey = (card: Scorecard) => new Map(card.customSignals.map((signal) => [signal.key, signal]));
  const [old, now] = [byKey(before), byKey(after)];
  const changed = [...now].flatMap(([key, signal]) => {
    const was = old.get(key);
    return was
      ? diffSignal(was, signal)
      : [`“${signal.label}” is a new signal of your own, read from ${SOURCES[signal.source]}.`];
  });
  const gone = [...old].flatMap(([key, { label }]) =>
    now.has(key) ? [] : [`“${label}” is no longer a signal of your own.`],
  );
  const order = [...old.keys()].join() !== [...now.keys()].join() && changed.length + gone.length === 0;
  return [...changed, ...gone, ...(order ? ["The signals of your own stand in another order."] : [])];
}

const diffSignal = (was: CustomSignal, now: CustomSignal): string[] =>
  CUSTOM_SIGNAL_FACTS.flatMap(({ what, value }) =>
    value(was) === value(now)
      ? []
      : [`Your signal “${now.label}” ${what} ${value(now)} instead of ${value(was)}.`],
  );
