import { profileRegister, profileValue } from "../../account-state.ts";
import { DAY_MS } from "../../units.ts";
import { counted } from "../words.ts";
import { crmSignal, type Read, recordedSignal } from "./crm-signal.ts";
import { measured, missing, notApplicable } from "./signal.ts";

/** Days before the renewal from which it is prepared. Source: design, section 7: checklist at 120, 90, 60 and 30 days. */
const RENEWAL_DAYS = 120;
/** A contact older than this is none, so close to a renewal. */
const CONTACT_DAYS = 30;

/** A date alone is neither good nor bad; a renewal that comes closer with nobody talking is. */
export const renewalPrepared = crmSignal(
  {
    key: "renewal_prepared",
    label: "Renewal prepared",
    window: "120 days ahead",
    unit: "share of two signs",
    sampleSize: "one renewal date",
    definition: "Whether anybody talks with the customer while its renewal comes closer.",
    formula: "half for a contact in the last 30 days, half for a planned next activity",
    missingRule:
      "Missing without a renewal date that lies ahead; not applicable more than 120 days before it.",
    remedy: "Fill the company property for the renewal date (by default renewal_date).",
    advice: "Plan the talk about the renewal, with the sponsor if there is one.",
  },
  ({ state, crm, nowMs, cutoffs }) => {
    const renewal = profileRegister(state, "renewalDate");
    const days =
      typeof renewal?.value === "string" ? (Date.parse(renewal.value) - nowMs) / DAY_MS : Number.NaN;
    if (renewal === null || Number.isNaN(days)) return missing("The renewal date is not recorded.");
    // the day itself still counts as ahead
    if (days < -1) return missing("The recorded renewal date has passed.");
    if (days > RENEWAL_DAYS) return notApplicable(`The renewal is more than ${RENEWAL_DAYS} days away.`);
    const next = profileValue(state, "nextActivityAt");
    const isPlanned = typeof next === "string" && Date.parse(next) > nowMs;
    const isInTouch = state.touches.some(({ at }) => at > cutoffs.days30);
    const parts = [
      isInTouch ? `contact in the last ${CONTACT_DAYS} days` : `no contact in the last ${CONTACT_DAYS} days`,
      isPlanned ? "the next activity is planned" : "no next activity is planned",
    ];
    const when = `Renewal in ${counted(Math.max(0, Math.ceil(days)), "day")}`;
    const value = (isInTouch ? 0.5 : 0) + (isPlanned ? 0.5 : 0);
    return measured(crm, value, `${when}: ${parts.join(", ")}.`, renewal.at);
  },
);

const STATUSES: Readonly<Record<string, Read>> = {
  active: { value: 1, sentence: "The contract is active." },
  paused: { value: 0.5, sentence: "The contract is paused." },
  ending: { value: 0.2, sentence: "The contract is going to end." },
  ended: { value: 0, sentence: "The contract has ended." },
};

export const contractStatus = recordedSignal(
  {
    key: "contract_status",
    label: "Contract status",
    window: "now",
    unit: "1 = active, 0.5 = paused, 0.2 = ending, 0 = ended",
    owner: "Sales",
    definition: "How the contract stands. Whether bills are paid is not part of it.",
    formula: "the mapped status, by its word",
    missingRule: "Missing without a status, and where its word is not known.",
    remedy:
      "Fill the company property for the contract status (by default contract_status): active, paused, ending or ended.",
    advice: "Find out why the contract is paused or ends, and what would have to change.",
  },
  "contractStatus",
  "The contract status is not recorded.",
  (value) => STATUSES[String(value)] ?? { missing: "The contract status is not recorded." },
);

/** Worked out from invoices, so it needs the financial grant. Source: design, section 8. */
export const paymentRisk = recordedSignal(
  {
    key: "payment_risk",
    label: "Payment risk",
    window: "now",
    unit: "1 = yes, 0 = no",
    owner: "Finance",
    isFinancial: true,
    definition: "Whether payment is in doubt: yes or no, never an amount.",
    formula: "1 if the mapped flag says so, else 0",
    missingRule: "Missing where the flag was never set to yes or no.",
    remedy: "Set the company property for payment risk (by default payment_risk) to yes or no.",
  },
  "paymentRisk",
  "Nobody has said whether payment is in doubt.",
  (value) =>
    typeof value === "boolean"
      ? { value: value ? 1 : 0, sentence: value ? "Payment is in doubt." : "Payment is not in doubt." }
      : { missing: "Nobody has said whether payment is in doubt." },
);
