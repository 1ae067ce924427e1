import { compareText } from "../../canonical-json.ts";
import { counted, decimal } from "../words.ts";
import { MOST_EVIDENCE, ticketEvidence } from "./evidence.ts";
import { measured, missing, notApplicable } from "./signal.ts";
import { median, seenAt, ticketSignal } from "./support.ts";

/** Tickets with a feeling below this many say more about chance than about the customer. */
const ENOUGH_FEELINGS = 3;

export const resolutionTime = ticketSignal(
  {
    key: "resolution_time",
    label: "Time to solution",
    window: "90 days",
    unit: "hours",
    sampleSize: "one solved ticket with both times",
    owner: "Support",
    definition: "How long customers wait until a ticket is solved.",
    formula: "median hours from creation to solution of the tickets solved in 90 days",
    missingRule: "Not applicable without solved tickets; missing where the time of solving is not recorded.",
    advice: "Look at the slowest tickets with support, and agree on who unblocks them.",
  },
  (context) => {
    const { solved, resolutionMinutes } = context.tickets;
    if (solved === 0) return notApplicable("No ticket was solved in 90 days.");
    if (resolutionMinutes.length === 0) return missing("The time of solving is not recorded.");
    const hours = median(resolutionMinutes) / 60;
    const time = hours < 48 ? `${decimal(hours)} hours` : `${decimal(hours / 24)} days`;
    const sentence = `Solved after ${time} (median of ${counted(resolutionMinutes.length, "ticket")} in 90 days).`;
    return measured(context.ticketSource, hours, sentence, seenAt(context));
  },
);

export const ticketSentiment = ticketSignal(
  {
    key: "ticket_sentiment",
    label: "Feeling in tickets",
    window: "90 days",
    unit: "share of tickets",
    sampleSize: "3 tickets whose tags say a feeling",
    owner: "Support",
    definition: "Share of the tickets that an unhappy customer wrote, as their tags say.",
    formula: "tickets of 90 days with a negative tag ÷ those with a positive, neutral or negative one",
    missingRule: "Missing with fewer than 3 such tickets in 90 days.",
    remedy: "Turn on intelligent triage in Zendesk, or name the tags that your agents use in the field map.",
    advice: "Read the unhappy tickets, and call the person who wrote them.",
  },
  (context) => {
    const { sentiments } = context.tickets;
    if (sentiments.length < ENOUGH_FEELINGS)
      return missing(`Fewer than ${ENOUGH_FEELINGS} tickets in 90 days have a tag for the feeling.`);
    const negative = sentiments.filter(({ sentiment }) => sentiment === "negative");
    const evidence = negative
      .toSorted((a, b) => compareText(b.createdAt, a.createdAt) || compareText(a.key, b.key))
      .slice(0, MOST_EVIDENCE)
      .map(({ key }) => ticketEvidence(key, "negative feeling"));
    const sentence = `${negative.length} of ${sentiments.length} tickets in 90 days were written by an unhappy customer.`;
    return measured(
      context.ticketSource,
      negative.length / sentiments.length,
      sentence,
      seenAt(context),
      evidence,
    );
  },
);
