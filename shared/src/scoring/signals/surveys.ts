import { compareText } from "../../canonical-json.ts";
import { DAY_MS } from "../../units.ts";
import { counted, decimal, percent } from "../words.ts";
import type { Answer } from "./answers.ts";
import { MOST_EVIDENCE, ratingEvidence } from "./evidence.ts";
import { defineSignal, measured, missing } from "./signal.ts";

const plain = { isFinancial: false, revealsSeats: false } as const;

/** Ratings below this many in the window say more about chance than about satisfaction. */
export const ENOUGH_RATINGS = 5;
/** Days that a rating of a ticket counts. */
export const CSAT_WINDOW_DAYS = 90;
/** 4 and 5 of five stars, or "good". Source: the usual top-two-box share. */
const SATISFIED_FROM = 75;
/** "Bad", or two of five stars and fewer; a neutral answer is not negative. */
const BAD_BELOW = 50;
/** Source: the definition of the net promoter score. */
const DETRACTOR_UP_TO = 6;

export const nps = defineSignal(
  {
    ...plain,
    key: "nps",
    label: "NPS",
    source: "nps",
    window: "180 days; up to 365 as stale",
    unit: "points, −100 to 100",
    sampleSize: "one answer; the sentence says how many there are",
    owner: "Customer success",
    definition: "Net promoter score of the answers of this customer's people.",
    formula: "share of 9 and 10 − share of 0 to 6, × 100",
    missingRule: "Missing without an answer in 365 days.",
    remedy: "Send an NPS survey from HubSpot to this customer's contacts.",
    advice: "Call those who gave low NPS answers, and tell them what will change.",
  },
  (context) => {
    const answers = context.npsAnswers;
    const newest = answers[0];
    if (newest === undefined) return missing("No NPS answer in the last year.");
    const isStale = context.nowMs - Date.parse(newest.at) > context.npsLimitMs;
    const counting = isStale ? answers : answers.filter((a) => a.at > context.cutoffs.days180);
    const promoters = counting.filter((a) => a.score >= 9).length;
    const detractors = counting.filter((a) => a.score <= DETRACTOR_UP_TO).length;
    const value = ((promoters - detractors) / counting.length) * 100;
    const age = isStale
      ? `, the newest ${Math.floor((context.nowMs - Date.parse(newest.at)) / DAY_MS)} days old`
      : "";
    const sentence = `NPS ${decimal(value, 0)} from ${counted(counting.length, "answer")}${age}.`;
    const evidence = counting
      .filter((a) => a.score <= DETRACTOR_UP_TO)
      .slice(0, MOST_EVIDENCE)
      .map(npsEvidence);
    return measured({ lastSeenAt: newest.at, isStale }, value, sentence, newest.at, evidence);
  },
);

export const csat = defineSignal(
  {
    ...plain,
    key: "csat",
    label: "Ticket ratings",
    source: "csat",
    window: "90 days",
    unit: "percent satisfied",
    sampleSize: "5 ratings",
    owner: "Support",
    definition: "Share of satisfied ratings after support tickets.",
    formula: "ratings of 75 or more out of 100 ÷ all ratings in 90 days, × 100",
    missingRule: "Missing with fewer than 5 ratings in 90 days.",
    remedy: "Turn on satisfaction surveys in Zendesk or HubSpot, and ask after every solved ticket.",
    advice: "Call the people who gave bad ratings, and settle what went wrong.",
  },
  ({ csatAnswers: answers }) => {
    const newest = answers[0];
    if (newest === undefined) return missing("No ticket rating in 90 days.");
    if (answers.length < ENOUGH_RATINGS)
      return missing(
        `Only ${counted(answers.length, "ticket rating")} in 90 days; ${ENOUGH_RATINGS} are needed.`,
      );
    const good = answers.filter((a) => a.score >= SATISFIED_FROM).length;
    const sentence = `${good} of ${answers.length} ticket ratings in 90 days were good (${percent(good / answers.length)}).`;
    const evidence = answers
      .filter((a) => a.score < SATISFIED_FROM)
      .slice(0, MOST_EVIDENCE)
      .map(ratingOf);
    return measured(null, (good / answers.length) * 100, sentence, newest.at, evidence);
  },
);

const npsEvidence = ({ key, score, at }: Answer) => ratingEvidence(key, { what: `NPS answer ${score}`, at });
const ratingOf = ({ key, score, at }: Answer) =>
  ratingEvidence(key, { what: score < BAD_BELOW ? "Bad ticket rating" : "Middling ticket rating", at });

export const negativeFeedback = defineSignal(
  {
    ...plain,
    key: "negative_feedback",
    label: "Negative feedback",
    source: "csat",
    window: "90 days",
    unit: "answers",
    sampleSize: "one answer of any kind",
    owner: "Customer success",
    definition: "Answers of people who are unhappy: low NPS answers and bad ticket ratings.",
    formula: "NPS answers of 0 to 6 + ticket ratings below 50 out of 100, in 90 days",
    missingRule: "Missing without an NPS answer or a ticket rating in 90 days: silence is not satisfaction.",
    remedy: "Send surveys from Zendesk or HubSpot, and ask after every solved ticket.",
    advice: "Call the people who gave bad answers, and tell them what will change.",
  },
  ({ npsAnswers, csatAnswers, cutoffs }) => {
    const recentNps = npsAnswers.filter((a) => a.at > cutoffs.days90);
    const bad = [
      ...recentNps.filter((a) => a.score <= DETRACTOR_UP_TO).map((a) => ({ at: a.at, ref: npsEvidence(a) })),
      ...csatAnswers.filter((a) => a.score < BAD_BELOW).map((a) => ({ at: a.at, ref: ratingOf(a) })),
    ].sort((a, b) => compareText(b.at, a.at) || compareText(a.ref.ref, b.ref.ref));
    const all = [...recentNps, ...csatAnswers].map((a) => a.at).sort(compareText);
    const newest = bad[0]?.at ?? all.at(-1);
    if (newest === undefined) return missing("Nobody at this customer answered a survey in 90 days.");
    const sentence =
      bad.length === 0
        ? `None of ${counted(all.length, "answer")} in 90 days was negative.`
        : `${bad.length} of ${counted(all.length, "answer")} in 90 days ${bad.length === 1 ? "was" : "were"} negative.`;
    const evidence = bad.slice(0, MOST_EVIDENCE).map(({ ref }) => ref);
    return measured(null, bad.length, sentence, newest, evidence);
  },
);
