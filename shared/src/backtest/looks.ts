import { profileValue } from "../account-state.ts";
import type { Segment } from "../api/account-health.ts";
import { applyObservation, foldObservations } from "../fold-observations.ts";
import { isoText } from "../iso-text.ts";
import type { Observation } from "../observation.ts";
import { memoryFor, remember, type VersionMemory } from "../replay/version-memory.ts";
import { accountAge } from "../scoring/account-age.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import type { HealthResult, SourcesSeen } from "../scoring/health-result.ts";
import { type ScoreInput, scoreAccount } from "../scoring/score-account.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { DAY_MS } from "../units.ts";

/** The scorecard of each segment; one that the candidate is not meant for has the one in force on both sides. */
export type CardsBySegment = Readonly<Record<Segment, Scorecard>>;

export const WEEK_MS = 7 * DAY_MS;

/** What is compared, and over which time. */
export interface BacktestPlan {
  now: Date;
  /** How far back; 0 = only today. */
  weeks: number;
  sources: SourcesSeen;
  churnModel: ChurnModel;
  /** Version that is tried out, and the segments that it is meant for. */
  version: string;
  segments: readonly Segment[];
  current: CardsBySegment;
  candidate: CardsBySegment;
}

/** The scorecards of both sides, for a candidate that some segments would use instead of theirs. */
export function cardsOf(
  current: CardsBySegment,
  candidate: Scorecard,
  segments: readonly Segment[],
): Pick<BacktestPlan, "version" | "segments" | "current" | "candidate"> {
  const cardIn = (segment: Segment): Scorecard => (segments.includes(segment) ? candidate : current[segment]);
  return {
    version: candidate.version,
    segments,
    current,
    candidate: { new: cardIn("new"), growing: cardIn("growing"), established: cardIn("established") },
  };
}

export interface BacktestAccount {
  id: string;
  name: string;
  /** When we first saw it. */
  createdAt: Date;
  observations: readonly Observation[];
  /** Oldest first; `until` = when it came back, `null` = lost for good. */
  losses: readonly { at: Date; until: Date | null }[];
}

/** Both results for one account as of one day. */
export interface Look {
  /** Weeks before the plan's present; 0 = the present. */
  week: number;
  at: Date;
  current: HealthResult;
  candidate: HealthResult;
}

/** A time as a customer. */
export interface Stay {
  /** Oldest first; at least one. */
  looks: Look[];
  /** How it ended; `null` = it did not. */
  lostAt: Date | null;
}

/**
 * An account week by week, in its stays as a customer. Each look knows only what was true by its day, and hysteresis
 * goes on from the look before. There is none before the first known fact, none before the account became a customer
 * where that date is known, and none from a loss until a return. Those dates decide only whether there is a look.
 */
export function staysOf(plan: BacktestPlan, account: BacktestAccount): Stay[] {
  const facts = inTime(account.observations);
  const from = Math.max(facts[0]?.at ?? Number.POSITIVE_INFINITY, customerFrom(account.observations));
  const sides = [newSide(plan.current), newSide(plan.candidate)] as const;
  const stays: Stay[] = [];
  let state = foldObservations([]);
  let applied = 0;
  for (const { at, week } of momentsOf(plan)) {
    if ((week !== 0 && at.getTime() < from) || isLost(account, at)) continue;
    const next = countUntil(facts, applied, at.getTime());
    const news = facts.slice(applied, next).map((fact) => fact.observation);
    // folding a long past at once costs far less than fact by fact
    state = applied === 0 ? foldObservations(news) : news.reduce(applyObservation, state);
    applied = next;
    const sources = week === 0 ? plan.sources : readUntil(plan.sources, at);
    const { createdAt } = account;
    const input = { state, createdAt, churnModel: plan.churnModel, now: at, sources };
    const results = lookWith(sides, input);
    if (week === null) continue;
    const lostAt = account.losses.find((loss) => loss.at > at && loss.at <= plan.now)?.at ?? null;
    const stay = stays.at(-1);
    const look = { week, at, ...results };
    if (stay !== undefined && stay.lostAt === lostAt) stay.looks.push(look);
    else stays.push({ looks: [look], lostAt });
  }
  return stays;
}

/** Days before the present that are looked at one by one. */
const LAST_DAYS = 6;

interface Moment {
  at: Date;
  /** `null` = only for what hysteresis remembers: scoring looks daily, and today's bands are shown as they are in use. */
  week: number | null;
}

function momentsOf({ now, weeks }: BacktestPlan): Moment[] {
  const weekly = Array.from({ length: weeks }, (_, index) => weeks - index).map((week) => ({
    at: new Date(now.getTime() - week * WEEK_MS),
    week,
  }));
  const daily = Array.from({ length: weeks > 0 ? LAST_DAYS : 0 }, (_, index) => ({
    at: new Date(now.getTime() - (LAST_DAYS - index) * DAY_MS),
    week: null,
  }));
  return [...weekly, ...daily, { at: now, week: 0 }];
}

const isLost = ({ losses }: BacktestAccount, at: Date): boolean =>
  losses.some((loss) => loss.at <= at && (loss.until === null || at < loss.until));

interface DatedObservation {
  at: number;
  observation: Observation;
}

const inTime = (observations: readonly Observation[]): DatedObservation[] =>
  observations
    .map((observation) => ({ at: Date.parse(observation.at), observation }))
    .sort((a, b) => a.at - b.at);

function countUntil(facts: readonly DatedObservation[], from: number, at: number): number {
  let next = from;
  for (let fact = facts[next]; fact !== undefined && fact.at <= at; fact = facts[next]) next++;
  return next;
}

/** Weeks as a prospect cannot end in a loss, and would make every band look safer than it is. */
function customerFrom(observations: readonly Observation[]): number {
  const dates = observations.filter(
    (o) => o.kind === "profile" && (o.key === "customerSince" || o.key === "becameCustomerAt"),
  );
  const state = foldObservations(dates);
  const since = profileValue(state, "customerSince") ?? profileValue(state, "becameCustomerAt");
  const ms = typeof since === "string" ? Date.parse(since) : Number.NaN;
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/** The whole history was read, so it was complete on that day. */
const readUntil = (sources: SourcesSeen, at: Date): SourcesSeen => ({
  ...sources,
  crm: sources.crm && at,
  tickets: sources.tickets && at,
  ...(sources.usage && { usage: at }),
});

/** Each version remembers its own bands, as it does in scoring. */
interface Side {
  cards: CardsBySegment;
  memories: readonly VersionMemory[];
}
/** One list, so that both sides begin with the same. */
const NOTHING: readonly VersionMemory[] = [];
const newSide = (cards: CardsBySegment): Side => ({ cards, memories: NOTHING });

type Known = Omit<ScoreInput, "scorecard" | "previous">;

/** Scores both sides, and remembers; where both have the same to go on, once. */
function lookWith(
  [current, candidate]: readonly [Side, Side],
  known: Known,
): Pick<Look, "current" | "candidate"> {
  const { segment } = accountAge(known.state, known.createdAt, known.now);
  const before = evaluate(current, segment, known);
  const isSame =
    current.cards[segment] === candidate.cards[segment] && current.memories === candidate.memories;
  const after = isSame ? before : evaluate(candidate, segment, known);
  current.memories = before.memories;
  candidate.memories = after.memories;
  return { current: before.result, candidate: after.result };
}

interface Evaluation {
  result: HealthResult;
  memories: readonly VersionMemory[];
}

function evaluate({ cards, memories }: Side, segment: Segment, known: Known): Evaluation {
  const scorecard = cards[segment];
  const previous = memoryFor(memories, scorecard.version, isoText(known.now.getTime()));
  const result = scoreAccount({ ...known, scorecard, previous });
  return { result, memories: remember(memories, result, previous) };
}
