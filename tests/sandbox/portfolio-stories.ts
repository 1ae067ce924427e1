import type { Story } from "./types.ts";

type Range = readonly [low: number, high: number];

/** How accounts of a story behave. Ranges are drawn from per account. */
export interface StoryProfile {
  /** Accounts of 85; other sizes keep the proportions. */
  share: number;
  /** Since they became customers. */
  ageDays: Range;
  /** Active users per seat, a year ago (or at the start) and now; in between it goes straight, with noise. */
  useThen: Range;
  useNow: Range;
  /** Per active user in 30 days. */
  logins: Range;
  /** Share of the available features that are activated, now. */
  features: Range;
  /** Since somebody of the vendor last spoke with them. */
  lastContactDays: Range;
  hasNextActivity: number;
  /** Support tickets in a year, for 100 seats. */
  tickets: Range;
  /** How much the tickets crowd towards the present: 1 = evenly, 3 = mostly lately. */
  ticketsLately: number;
  /** Shares of new tickets. */
  urgent: number;
  high: number;
  /** Probability that an old open urgent ticket is around. */
  oldUrgent: number;
  firstReplyMinutes: Range;
  reopened: number;
  csatGood: number;
  nps: Range;
  /** Probability that the champion has left. */
  championLeft: number;
  /** Probabilities of an expansion won in the last year, and of one being talked about. */
  expanded: number;
  expanding: number;
  referrals: Range;
  isReference: number;
}

const STABLE: StoryProfile = {
  share: 28,
  ageDays: [200, 1400],
  useThen: [0.45, 0.72],
  useNow: [0.42, 0.74],
  logins: [7, 14],
  features: [0.38, 0.74],
  lastContactDays: [5, 60],
  hasNextActivity: 0.6,
  tickets: [10, 24],
  ticketsLately: 1,
  urgent: 0.03,
  high: 0.12,
  oldUrgent: 0.02,
  firstReplyMinutes: [20, 160],
  reopened: 0.06,
  csatGood: 0.92,
  nps: [7, 9],
  championLeft: 0.04,
  expanded: 0.2,
  expanding: 0.15,
  referrals: [0, 1],
  isReference: 0.2,
};

export const STORIES: Readonly<Record<Story, StoryProfile>> = {
  stable: STABLE,
  growing: {
    ...STABLE,
    share: 20,
    useThen: [0.45, 0.65],
    useNow: [0.78, 0.96],
    logins: [12, 19],
    features: [0.68, 0.92],
    lastContactDays: [1, 20],
    hasNextActivity: 0.9,
    csatGood: 0.96,
    nps: [8, 10],
    championLeft: 0,
    expanded: 0.75,
    expanding: 0.5,
    referrals: [0, 4],
    isReference: 0.55,
  },
  declining: {
    ...STABLE,
    share: 12,
    useThen: [0.6, 0.8],
    useNow: [0.14, 0.48],
    logins: [4, 10],
    features: [0.25, 0.55],
    lastContactDays: [30, 130],
    hasNextActivity: 0.1,
    tickets: [22, 44],
    ticketsLately: 2.4,
    urgent: 0.12,
    high: 0.26,
    oldUrgent: 0.35,
    firstReplyMinutes: [90, 600],
    reopened: 0.22,
    csatGood: 0.68,
    nps: [2, 7],
    championLeft: 0.5,
    expanded: 0,
    expanding: 0,
    referrals: [0, 0],
    isReference: 0,
  },
  recovering: {
    ...STABLE,
    share: 5,
    useThen: [0.25, 0.4],
    useNow: [0.4, 0.56],
    lastContactDays: [2, 12],
    hasNextActivity: 1,
    ticketsLately: 0.6,
    csatGood: 0.82,
    nps: [6, 8],
    expanded: 0,
  },
  churned: {
    ...STABLE,
    share: 6,
    ageDays: [400, 1300],
    useThen: [0.4, 0.65],
    useNow: [0, 0.04],
    logins: [1, 4],
    features: [0.1, 0.25],
    lastContactDays: [45, 150],
    hasNextActivity: 0,
    tickets: [14, 28],
    ticketsLately: 0.5,
    csatGood: 0.55,
    nps: [0, 5],
    championLeft: 0.6,
    expanded: 0,
    expanding: 0,
    referrals: [0, 0],
    isReference: 0,
  },
  new: {
    ...STABLE,
    share: 8,
    ageDays: [12, 84],
    useThen: [0.02, 0.1],
    useNow: [0.16, 0.72],
    features: [0.12, 0.5],
    lastContactDays: [1, 9],
    hasNextActivity: 1,
    tickets: [30, 60],
    csatGood: 0.88,
    nps: [7, 9],
    championLeft: 0,
    expanded: 0,
    expanding: 0.05,
    referrals: [0, 0],
    isReference: 0,
  },
  sparse: {
    ...STABLE,
    share: 3,
    tickets: [0, 0],
    expanded: 0,
    expanding: 0,
    championLeft: 0,
    isReference: 0,
  },
  prospect: {
    ...STABLE,
    share: 3,
    ageDays: [15, 90],
    tickets: [0, 0],
    expanded: 0,
    expanding: 0,
    championLeft: 0,
  },
};

/** The stories of so many accounts, in the proportions of the book; every account gets one. */
export function storiesFor(count: number): Story[] {
  const entries = Object.entries(STORIES) as [Story, StoryProfile][];
  const total = entries.reduce((sum, [, { share }]) => sum + share, 0);
  const exact = entries.map(([story, { share }]) => ({ story, wanted: (share / total) * count }));
  const counted = exact.map(({ story, wanted }) => ({ story, n: Math.floor(wanted), rest: wanted % 1 }));
  const missing = count - counted.reduce((sum, { n }) => sum + n, 0);
  const byRest = [...counted].sort((x, y) => y.rest - x.rest).slice(0, missing);
  for (const entry of byRest) entry.n += 1;
  return counted.flatMap(({ story, n }) => Array.from({ length: n }, () => story));
}
