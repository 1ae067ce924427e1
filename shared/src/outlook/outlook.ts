import type { AccountState } from "../account-state.ts";
import type { Calculation } from "../replay/calculate.ts";
import { relationStart } from "../scoring/account-age.ts";
import { nextBand } from "../scoring/band-hysteresis.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import type { HealthResult, SourcesSeen } from "../scoring/health-result.ts";
import { readNeeded } from "../scoring/score-account.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import type { MeasureKey, SignalReading } from "../scoring/signals/signal.ts";
import {
  hasTicketParty,
  signalContext,
  type UsageMovement,
  usageMovement,
} from "../scoring/signals/signal-context.ts";
import { DAY_MS, HOUR_MS } from "../units.ts";
import { nextCrossing } from "./horizon.ts";
import { levelUntil, movingParts } from "./level-until.ts";
import { lostUnder, madeUnder } from "./made-under.ts";
import { daysCounted, type Terms } from "./moving-terms.ts";
import { staleSources } from "./stale-sources.ts";
import { textsHoldUntil } from "./texts-hold.ts";

/** Until when an account's result stays as it is if nothing happens, and on what that rests. Flat, to be kept in columns. */
export interface Outlook {
  /** What it was made under: settings, segment and versions as one number; see `madeUnder`. */
  under: number;
  /** When the result was calculated, and the first instant for which nothing is said; whole milliseconds. */
  madeAt: number;
  /** A lost account stands as on the day of the loss: `FOR_GOOD`. */
  until: number;
  usage: UsageMovement | null;
  /** Whether the ticket source knows the account. */
  hasTickets: boolean;
  /** Which sources were stale or absent then: others decide how that goes on. */
  stale: number;
}

export const FOR_GOOD = Number.MAX_SAFE_INTEGER;

/** How long at most: nobody should read a result that is older than a long weekend. */
const MOST_DAYS = 3;

interface Made {
  calculation: Pick<Calculation, "state" | "inputs" | "result">;
  scorecard: Scorecard;
  churnModel: ChurnModel;
  sources: SourcesSeen;
  /** Number of the admin's settings that the values to be shown were made under; see `numberOfText`. */
  settings: number;
}

/**
 * @returns `null` where the result can move in more ways than an outlook tells: under a cap, an override or with
 * signals of the tenant's own, and while the band is about to change
 */
export function outlookOf({ calculation, scorecard, churnModel, sources, settings }: Made): Outlook | null {
  const { state, inputs, result } = calculation;
  const [now, createdAt] = [new Date(inputs.now), new Date(inputs.createdAt)];
  const madeAt = now.getTime();
  if (result.lostAt !== null) return lostOutlook(settings, madeAt);
  if (!isSteady(result, scorecard) || scorecard.customSignals.length > 0) return null;
  if (inputs.overrides.some(({ expiresAt }) => expiresAt > inputs.now)) return null;
  const made = { state, createdAt, scorecard, churnModel, sources };
  const horizon = horizonOf(made, now, result.freshness);
  if (horizon === null) return null;
  const counting = countingSignals(made, now, horizon);
  if (counting === null) return null;
  const terms: Terms = { since: relationStart(state, createdAt).getTime(), counting };
  const held = textsHoldUntil(state, terms, madeAt, horizon);
  const has = { usage: usageMovement(state), hasTickets: hasTicketParty(state, sources) };
  return {
    under: madeUnder({ settings, segment: result.segment, versions: result.versions }),
    madeAt,
    until: levelUntil(movingParts(result, scorecard, churnModel, terms), madeAt, held),
    ...has,
    stale: staleSources(has, scorecard.freshnessHours, sources, madeAt),
  };
}

const lostOutlook = (settings: number, madeAt: number): Outlook => ({
  under: lostUnder(settings),
  madeAt,
  until: FOR_GOOD,
  usage: null,
  hasTickets: false,
  stale: 0,
});

/** Whether the next evaluation of the same facts leaves band and memory as they are. */
function isSteady({ caps, bandMemory, calculatedScore }: HealthResult, { bands }: Scorecard): boolean {
  if (caps.length > 0) return false;
  if (bandMemory.evaluationsBelow > 0 || bandMemory.aboveSince !== null) return false;
  const later = new Date(Date.parse(bandMemory.lastEvaluatedAt ?? "") + DAY_MS);
  const next = nextBand(bands, bandMemory, calculatedScore, null, later);
  return next.band === bandMemory.band && next.evaluationsBelow === 0 && next.aboveSince === null;
}

interface Facts {
  state: AccountState;
  createdAt: Date;
  scorecard: Scorecard;
  churnModel: ChurnModel;
  sources: SourcesSeen;
}

function horizonOf(
  { state, createdAt, scorecard }: Facts,
  now: Date,
  freshness: HealthResult["freshness"],
): number | null {
  // an urgent ticket becomes a cap by the hour
  if (state.tickets.some(({ value }) => value?.priority === "urgent" && isOpen(value.status))) return null;
  const nowMs = now.getTime();
  const npsAt = freshness.find(({ source }) => source === "nps")?.lastSeenAt ?? null;
  const npsStaleAt =
    npsAt === null ? Number.NaN : Date.parse(npsAt) + scorecard.freshnessHours.nps * HOUR_MS + 1;
  return Math.min(
    nextCrossing(state, createdAt, nowMs),
    npsStaleAt > nowMs ? npsStaleAt : Number.POSITIVE_INFINITY,
    nowMs + MOST_DAYS * DAY_MS,
  );
}

const isOpen = (status: string): boolean => status === "open" || status === "pending";

/**
 * The signals that count the days since one instant, with that instant. All others have to be the same now and at the
 * end, or the horizon is not one.
 */
function countingSignals(made: Facts, now: Date, until: number): Terms["counting"] | null {
  const first = readingsAt(made, now);
  const last = readingsAt(made, new Date(until - 1));
  const counting: [MeasureKey, number][] = [];
  for (const [key, { value, state }] of first) {
    const then = last.get(key);
    if (then === undefined || (value === null && then.state !== state)) return null;
    if (then.value === value) continue;
    if (value === null) return null;
    const since = Math.round(now.getTime() - value * DAY_MS);
    if (daysCounted(since, now.getTime()) !== value || daysCounted(since, until - 1) !== then.value)
      return null;
    counting.push([key, since]);
  }
  return counting;
}

function readingsAt(
  { state, createdAt, scorecard, churnModel, sources }: Facts,
  at: Date,
): Map<MeasureKey, SignalReading> {
  const context = signalContext(state, at, sources, { createdAt, limits: scorecard.freshnessHours });
  return readNeeded(context, scorecard, churnModel);
}
