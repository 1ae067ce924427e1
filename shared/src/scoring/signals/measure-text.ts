import { SIGNALS } from "./catalogue.ts";
import type { CustomSignal } from "./custom-signal.ts";
import { isSignalKey, type MeasureKey, type SignalText } from "./signal.ts";

/** What a measure is, in words, whether its signal is built in or the tenant's own. */
export type MeasureText = Omit<SignalText, "key"> & { key: MeasureKey };

/** @param customSignals those of the scorecard that the measure belongs to */
export function measureTextOf(customSignals: readonly CustomSignal[], measure: MeasureKey): MeasureText {
  if (isSignalKey(measure)) return SIGNALS[measure];
  const own = customSignals.find(({ key }) => `custom.${key}` === measure);
  // a scorecard that was checked defines all that it uses; this is for words about one that is gone
  return own === undefined ? UNKNOWN(measure) : textOf(own);
}

const UNITS = { number: "number", boolean: "1 = yes, 0 = no", choice: "number of the choice" } as const;

function textOf(signal: CustomSignal): MeasureText {
  const where = signal.source === "hubspot" ? "HubSpot property" : "Zendesk field";
  return {
    key: `custom.${signal.key}`,
    label: signal.label,
    source: signal.source === "hubspot" ? "crm" : "tickets",
    window: signal.staleAfterDays === null ? "now" : `now; stale after ${signal.staleAfterDays} days`,
    unit: signal.kind === "number" && signal.unit !== "" ? signal.unit : UNITS[signal.kind],
    sampleSize: "one value; of a ticket field the mean over open and recent tickets",
    owner: "Whoever keeps the field",
    definition: signal.definition,
    formula: `the ${where} mapped to custom.${signal.key}`,
    missingRule: "Missing where the field is empty, not mapped, or holds something else.",
    remedy: `Fill the ${where} that is mapped to ${signal.label}.`,
    isFinancial: signal.isFinancial,
    revealsSeats: false,
    advice: null,
  };
}

const UNKNOWN = (measure: MeasureKey): MeasureText =>
  textOf({
    key: measure.replace("custom.", ""),
    label: measure.replace("custom.", "").replaceAll("_", " "),
    unit: "",
    definition: "A signal that is no longer defined.",
    source: "hubspot",
    kind: "number",
    staleAfterDays: null,
    isFinancial: true,
  });
