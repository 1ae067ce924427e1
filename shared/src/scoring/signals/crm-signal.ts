import { profileRegister } from "../../account-state.ts";
import {
  defineSignal,
  measured,
  missing,
  type Outcome,
  type SignalDefinition,
  type SignalText,
} from "./signal.ts";
import type { SignalContext } from "./signal-context.ts";

type Usual = "source" | "isFinancial" | "revealsSeats" | "advice" | "sampleSize" | "owner";
export type CrmText = Omit<SignalText, Usual> & Partial<SignalText>;

const USUAL = {
  source: "crm",
  isFinancial: false,
  revealsSeats: false,
  advice: null,
  sampleSize: "one recorded value",
  owner: "Customer success",
} as const;

/** A signal on what HubSpot knows: missing without HubSpot. */
export const crmSignal = (text: CrmText, outcome: (context: SignalContext) => Outcome): SignalDefinition =>
  defineSignal({ ...USUAL, ...text }, (context) =>
    context.crm === null ? missing("HubSpot is not connected.") : outcome(context),
  );

/**
 * What a reader makes of a recorded value: the signal's value and sentence, or why it cannot be one. `at`: the date of
 * the fact, where the value is one.
 */
export type Read = { value: number; sentence: string; at?: string } | { missing: string };

/**
 * A signal on one mapped property.
 * @param read gets the newest value that is not empty
 */
export const recordedSignal = (
  text: CrmText,
  name: string,
  unknown: string,
  read: (value: string | number | boolean, nowMs: number) => Read,
): SignalDefinition =>
  crmSignal(text, ({ state, crm, nowMs }) => {
    const register = profileRegister(state, name);
    if (register === null || register.value === null) return missing(unknown);
    const outcome = read(register.value, nowMs);
    return "missing" in outcome
      ? missing(outcome.missing)
      : measured(crm, outcome.value, outcome.sentence, outcome.at ?? register.at);
  });
