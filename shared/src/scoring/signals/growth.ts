import { type DealRegister, profileRegister } from "../../account-state.ts";
import { compareText } from "../../canonical-json.ts";
import { counted, percent } from "../words.ts";
import { crmSignal } from "./crm-signal.ts";
import { dealEvidence, type EvidenceRef, MOST_EVIDENCE } from "./evidence.ts";
import { measured, missing } from "./signal.ts";
import { type SignalContext, usageAt, usageSeenAt } from "./signal-context.ts";

/** One deal of two parties of the account is one deal. */
function knownDeals({ state }: SignalContext): DealRegister[] {
  const found = new Map<string, DealRegister>();
  for (const deal of state.deals) if (deal.value !== null) found.set(deal.key, deal);
  return [...found.values()];
}

const DEALS_MISSING =
  "Missing where the account has no deal of any kind: then deals are probably not kept in HubSpot.";
const DEALS_REMEDY = "Keep deals in HubSpot, with the deal type set, and associate them with the company.";

export const openExpansion = crmSignal(
  {
    key: "open_expansion",
    label: "Open expansion deals",
    window: "now",
    unit: "deals",
    sampleSize: "one deal of any kind",
    owner: "Sales",
    definition: "Expansion deals that are open.",
    formula: "open deals of the type existing business",
    missingRule: DEALS_MISSING,
    remedy: DEALS_REMEDY,
    isFinancial: true,
  },
  (context) => {
    const deals = knownDeals(context);
    if (deals.length === 0) return missing("No deal of this customer is known.");
    const open = deals.filter((d) => d.value?.dealType === "expansion" && d.value.status === "open");
    const sentence =
      open.length === 0 ? "No expansion deal is open." : `${counted(open.length, "expansion deal")} open.`;
    return measured(
      context.crm,
      open.length,
      sentence,
      newestAt(open.length > 0 ? open : deals),
      dealsBehind(open, "expansion, open"),
    );
  },
);

export const wonExpansion = crmSignal(
  {
    key: "won_expansion",
    label: "Expansions won",
    window: "365 days",
    unit: "deals",
    sampleSize: "one deal of any kind",
    owner: "Sales",
    definition: "Expansion deals won in the last twelve months.",
    formula: "deals of the type existing business won in 365 days",
    missingRule: DEALS_MISSING,
    remedy: DEALS_REMEDY,
    isFinancial: true,
  },
  (context) => {
    const deals = knownDeals(context);
    if (deals.length === 0) return missing("No deal of this customer is known.");
    const won = deals.filter(
      (d) =>
        d.value?.dealType === "expansion" &&
        d.value.status === "won" &&
        (d.firstWonAt ?? "") > context.cutoffs.days365,
    );
    const sentence =
      won.length === 0
        ? "No expansion won in 12 months."
        : `${counted(won.length, "expansion")} won in 12 months.`;
    return measured(
      context.crm,
      won.length,
      sentence,
      newestAt(won.length > 0 ? won : deals),
      dealsBehind(won, "expansion, won"),
    );
  },
);

/** Newest first. Only readers with the financial grant see them: their measure is hidden from all others. */
const dealsBehind = (deals: readonly DealRegister[], what: string): EvidenceRef[] =>
  deals
    .toSorted((a, b) => compareText(b.at, a.at) || compareText(a.key, b.key))
    .slice(0, MOST_EVIDENCE)
    .map(({ key }) => dealEvidence(key, what));

const newestAt = (deals: readonly DealRegister[]): string | null =>
  deals.reduce<string | null>((newest, { at }) => (newest === null || at > newest ? at : newest), null);

export const seatGrowth = crmSignal(
  {
    key: "seat_growth",
    label: "Seat growth",
    window: "365 days, at least 90",
    unit: "share of change",
    sampleSize: "two counts of seats, 90 days apart",
    owner: "Sales",
    definition: "How the number of licensed seats changed within a year.",
    formula: "(seats now − seats a year ago, or at the earliest time known) ÷ those seats",
    missingRule: "Missing without seats now and at least 90 days ago.",
    remedy: "Fill the company property for licensed seats (by default licensed_seats).",
    isFinancial: true,
    revealsSeats: true,
  },
  (context) => {
    const { state, cutoffs } = context;
    const now = usageAt(state, "seats", cutoffs.now);
    const before =
      usageAt(state, "seats", cutoffs.days365) ?? usageAt(state, "seats", earliestSeats(context));
    if (now === null) return missing("Licensed seats are not recorded.");
    if (before === null || before === 0)
      return missing("Licensed seats have been recorded for less than 90 days.");
    const change = (now - before) / before;
    const sentence =
      change === 0
        ? `${counted(now, "seat")}, as many as before.`
        : `${counted(now, "seat")}, ${percent(Math.abs(change))} ${change > 0 ? "more" : "fewer"} than before (${before}).`;
    return measured(context.crm, change, sentence, usageSeenAt(context, "seats"));
  },
);

/** When seats were first known, but at most the day 90 days ago: a shorter time is no trend. */
function earliestSeats({ state, cutoffs }: SignalContext): string {
  let first: string | null = null;
  for (const { key, points } of state.usage) {
    const at = points.find((point) => point.value !== null)?.at ?? null;
    if (key === "seats" && at !== null && (first === null || at < first)) first = at;
  }
  return first !== null && first < cutoffs.days90 ? first : cutoffs.days90;
}

export const referrals = crmSignal(
  {
    key: "referrals",
    label: "Referrals",
    window: "365 days",
    unit: "referrals",
    sampleSize: "one recorded number",
    owner: "Marketing",
    definition: "Customers whom this one has brought in twelve months.",
    formula: "the mapped number of referrals",
    missingRule: "Missing without a mapped number.",
    remedy: "Fill the company property for referrals in 12 months (by default referrals_12m).",
    isFinancial: false,
    advice: "Ask a happy contact whom else the product would help.",
  },
  ({ state, crm }) => {
    const register = profileRegister(state, "referrals");
    if (typeof register?.value !== "number" || register.value < 0)
      return missing("Referrals are not recorded.");
    const sentence =
      register.value === 0
        ? "No referral in 12 months."
        : `${counted(register.value, "referral")} in 12 months.`;
    return measured(crm, register.value, sentence, register.at);
  },
);

export const reference = crmSignal(
  {
    key: "reference",
    label: "Reference",
    window: "now",
    unit: "1 = yes, 0 = no",
    sampleSize: "one recorded yes or no",
    owner: "Marketing",
    definition: "Whether the customer speaks for the product in public or to prospects.",
    formula: "1 if the mapped flag says so, else 0",
    missingRule: "Missing where the flag was never set to yes or no.",
    remedy: "Set the company property for reference customers (by default is_reference) to yes or no.",
    isFinancial: false,
    advice: "Ask the customer to be a reference.",
  },
  ({ state, crm }) => {
    const register = profileRegister(state, "isReference");
    if (typeof register?.value !== "boolean")
      return missing("Nobody has said whether this is a reference customer.");
    return register.value
      ? measured(crm, 1, "Is a reference customer.", register.at)
      : measured(crm, 0, "Is not a reference customer.", register.at);
  },
);
