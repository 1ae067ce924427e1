import type { Scorecard } from "../scoring/scorecard.ts";
import { exact } from "./scale-words.ts";

/** One rule of a scorecard beside its measures, in the words that the page and the comparison share. */
export interface Rule {
  /** The part of the definition that it is in. */
  part: keyof Scorecard;
  /** "Yellow begins at"; followed by the value in words. */
  what: string;
  value(scorecard: Scorecard): string;
}

const points = (value: number): string => `${exact(value)} ${value === 1 ? "point" : "points"}`;
const share = (value: number): string => `${exact(value * 100)}%`;
const hours = (value: number): string =>
  value % 24 === 0 && value >= 48
    ? `${exact(value / 24)} days`
    : `${exact(value)} ${value === 1 ? "hour" : "hours"}`;
const days = (value: number): string => `${exact(value)} ${value === 1 ? "day" : "days"}`;

const bands = (what: string, value: (rules: Scorecard["bands"]) => string): Rule => ({
  part: "bands",
  what,
  value: (scorecard) => value(scorecard.bands),
});
const stale = (what: string, source: keyof Scorecard["freshnessHours"]): Rule => ({
  part: "freshnessHours",
  what,
  value: (scorecard) => hours(scorecard.freshnessHours[source]),
});
const NO_CAP = "none";

export const RULES: readonly Rule[] = [
  bands("Yellow begins at", (b) => exact(b.yellowFrom)),
  bands("Green begins at", (b) => exact(b.greenFrom)),
  bands("A band falls at once when the score is under its line by", (b) => points(b.fallAtOnce)),
  bands("A band rises when the score stays over the next line by", (b) => points(b.riseMargin)),
  bands("Before a band rises, the score has to stay there for", (b) => days(b.riseAfterDays)),
  bands("Two looks at an account count as one when they are closer together than", (b) =>
    hours(b.evaluationGapHours),
  ),
  {
    part: "caps",
    what: "Cap for urgent tickets:",
    value: ({ caps: { urgentTicket: cap } }) =>
      cap ? `${exact(cap.limit)} at most once a ticket has been open for ${hours(cap.afterHours)}` : NO_CAP,
  },
  {
    part: "caps",
    what: "Cap for notice of non-renewal:",
    value: ({ caps: { noticeOfNonRenewal: cap } }) => (cap ? `${exact(cap.limit)} at most` : NO_CAP),
  },
  {
    part: "caps",
    what: "Cap for low ticket ratings:",
    value: ({ caps: { lowCsat: cap } }) =>
      cap
        ? `${exact(cap.limit)} at most below ${exact(cap.belowPercent)}% good ratings, until ${exact(cap.untilPercent)}%`
        : NO_CAP,
  },
  {
    part: "coverageFloor",
    what: "There is no score below a coverage of",
    value: (s) => share(s.coverageFloor),
  },
  {
    part: "confidence",
    what: "Confidence is high from a coverage of",
    value: (s) => share(s.confidence.highFrom),
  },
  {
    part: "confidence",
    what: "Confidence is medium from a coverage of",
    value: (s) => share(s.confidence.mediumFrom),
  },
  stale("HubSpot records count as out of date after", "crm"),
  stale("Product usage counts as out of date after", "usage"),
  stale("Support tickets count as out of date after", "tickets"),
  stale("NPS answers count as out of date after", "nps"),
  {
    part: "atRisk",
    what: "An account is at risk from a churn risk of",
    value: (s) => share(s.atRisk.enterAt),
  },
  {
    part: "atRisk",
    what: "An account stops being at risk below a churn risk of",
    value: (s) => share(s.atRisk.leaveBelow),
  },
];

export const rulesOf = (scorecard: Scorecard, ...parts: readonly (keyof Scorecard)[]): string[] =>
  RULES.filter((rule) => parts.includes(rule.part)).map((rule) => `${rule.what} ${rule.value(scorecard)}.`);
