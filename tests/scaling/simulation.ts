import { HOURS, hourShares } from "./day.ts";
import { type Costs, loadOf, type Shape, type Step } from "./inputs.ts";
import { callsPerSecond, flow, meanWaitSeconds, type QueueHour } from "./queues.ts";
import { sizeAt, tenantSizes } from "./tenants.ts";

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** Busy share of each part, 0–1 and above where it is asked for more than it has. */
export interface Busy {
  web: number;
  worker: number;
  database: number;
  wal: number;
}

export interface Hour {
  hour: number;
  eventsPerSecond: number;
  busy: Busy;
  /** Accounts that wait to be calculated because something happened. */
  marked: QueueHour;
  /** Accounts that wait for the daily look. */
  looks: QueueHour;
}

export interface TenantLoad {
  accounts: number;
  /** In the busiest hour, of what may be used; above 1 values are late. */
  quotaUsed: number;
  /** How old the oldest value that waits for its platform gets. */
  writeAgeSeconds: number;
  backfillHours: number;
}

export interface Outcome {
  hours: Hour[];
  /** Mean wait for a free core of the web processes in the busiest hour. */
  ackWaitSeconds: number;
  rescoringHours: number;
  storedBytesPerDay: number;
  storedBytesInAll: number;
  /** Until the disks of all database servers together are full, if nothing is forgotten. */
  daysOfDisk: number;
  walBytesPerDay: number;
  platformCallsPerDay: number;
  largest: TenantLoad;
  /** At 99 of 100 tenants by size. */
  large: TenantLoad;
  middle: TenantLoad;
  tenantsOverQuota: number;
  /** Share of the largest tenant in the average server's accounts; above 1 it needs more than a server of its own. */
  largestInDatabases: number;
}

interface Rates {
  event: number;
  record: number;
  account: number;
  write: number;
  card: number;
}

/** What a second brings that carries `events`, without the daily rescoring. */
function ratesAt(shape: Shape, events: number): Rates {
  const record = events / shape.eventsPerRecord;
  const account = record / shape.recordsPerAccount;
  const cards = (events / shape.perAccountAndDay.events) * shape.perAccountAndDay.cardReads;
  return { event: events, record, account, write: account * shape.changedShare, card: cards || 0 };
}

/** One day, from midnight to midnight UTC, that follows many like it. The same inputs give the same outcome. */
export function simulate(costs: Costs, shape: Shape): Outcome {
  const shares = hourShares(shape.peakToMean, shape.peakHour);
  const daily = shape.accounts * shape.perAccountAndDay.events;
  const rates = shares.map((share) => ratesAt(shape, (share * daily) / HOUR_SECONDS));
  const before = rates.map(({ event, record, card }) => ({ event, record, card }));
  const calculated = { account: 1, write: shape.changedShare };
  // events and cards are served first, what happened before what only time moved
  const canCalculate = before.map((first) => unitsPerSecond(costs, shape, first, calculated));
  const arrived = rates.map(({ account }) => account * HOUR_SECONDS);
  const marked = settledDay(arrived, canCalculate, shape.accounts);
  const moved = { look: 1, account: shape.rescoring.movingShare, write: shape.rescoring.movingShare };
  const canLook = before.map((first, hour) => {
    const account = (marked[hour]?.done ?? 0) / HOUR_SECONDS;
    return unitsPerSecond(costs, shape, { ...first, account, write: account * shape.changedShare }, moved);
  });
  const due = shares.map((_, hour) => (hour === shape.rescoring.hour ? shape.accounts : 0));
  const looks = settledDay(due, canLook, shape.accounts);
  const hours = before.map((first, hour): Hour => {
    const [mark, look] = [marked[hour], looks[hour]];
    if (!mark || !look) throw new Error(`hour ${hour} is missing`);
    const looked = look.done / HOUR_SECONDS;
    const account = mark.done / HOUR_SECONDS + looked * shape.rescoring.movingShare;
    const write = (mark.done / HOUR_SECONDS) * shape.changedShare + looked * shape.rescoring.movingShare;
    const busy = busyOf(costs, shape, { ...first, account, write, look: looked });
    return { hour, eventsPerSecond: first.event, busy, marked: mark, looks: look };
  });
  return { hours, ...summary(costs, shape, hours, rates, canLook) };
}

/** The second of two equal days, so that what the first one leaves behind counts. */
function settledDay(arrived: readonly number[], can: readonly number[], most: number): QueueHour[] {
  return flow([...arrived, ...arrived], [...can, ...can], most).slice(HOURS);
}

function busyOf(costs: Costs, shape: Shape, rates: Partial<Record<Step, number>>): Busy {
  const { webCores, workerCores, databases, coresPerDatabase, walBytesPerSecondAndDatabase } = shape.machines;
  return {
    web: loadOf(costs, rates, "webUs") / 1e6 / webCores,
    worker: loadOf(costs, rates, "workerUs") / 1e6 / workerCores,
    database: loadOf(costs, rates, "databaseUs") / 1e6 / (databases * coresPerDatabase),
    wal: loadOf(costs, rates, "walBytes") / (databases * walBytesPerSecondAndDatabase),
  };
}

/** How many units a second the parts can do beside `first`, which is served before. */
function unitsPerSecond(
  costs: Costs,
  shape: Shape,
  first: Partial<Record<Step, number>>,
  unit: Partial<Record<Step, number>>,
): number {
  const taken = busyOf(costs, shape, first);
  const each = busyOf(costs, shape, unit);
  const parts = ["worker", "database", "wal"] as const;
  const possible = parts
    .filter((part) => each[part] > 0)
    .map((part) => Math.max(0, shape.machines.maxBusy - taken[part]) / each[part]);
  return Math.min(...possible);
}

function summary(
  costs: Costs,
  shape: Shape,
  hours: readonly Hour[],
  rates: readonly Rates[],
  canLook: readonly number[],
): Omit<Outcome, "hours"> {
  const sizes = tenantSizes(shape.accounts, shape.tenants, shape.tailExponent);
  const peak = rates.reduce((a, b) => (b.event > a.event ? b : a));
  const daily = dailyUnits(shape, rates);
  const storedBytesPerDay = loadOf(costs, daily, "storedBytes");
  const webSeconds = peak.event === 0 ? 0 : loadOf(costs, peak, "webUs") / 1e6 / peak.event;
  const loadOfSize = (accounts: number): TenantLoad => tenantLoad(shape, rates, accounts);
  const loads = new Map([...new Set(sizes)].map((size) => [size, loadOfSize(size)]));
  const [largest = 1] = sizes;
  return {
    ackWaitSeconds: meanWaitSeconds(Math.floor(shape.machines.webCores), peak.event, webSeconds),
    rescoringHours: hoursOfRescoring(shape, hours, canLook),
    storedBytesPerDay,
    storedBytesInAll: storedBytesPerDay * shape.retentionDays,
    daysOfDisk: (shape.machines.diskBytesPerDatabase * shape.machines.databases) / storedBytesPerDay,
    walBytesPerDay: loadOf(costs, daily, "walBytes"),
    platformCallsPerDay: sizes.reduce((sum, size) => sum + callsOfDay(shape, rates, size), 0),
    largest: loadOfSize(largest),
    large: loadOfSize(sizeAt(sizes, 0.99)),
    middle: loadOfSize(sizeAt(sizes, 0.5)),
    tenantsOverQuota: sizes.filter((size) => (loads.get(size)?.quotaUsed ?? 0) > 1).length,
    largestInDatabases: largest / (shape.accounts / shape.machines.databases),
  };
}

function dailyUnits(shape: Shape, rates: readonly Rates[]): Record<Step, number> {
  const sum = (of: (rate: Rates) => number): number =>
    rates.reduce((total, rate) => total + of(rate) * HOUR_SECONDS, 0);
  const moved = shape.accounts * shape.rescoring.movingShare;
  return {
    event: sum((r) => r.event),
    record: sum((r) => r.record),
    account: sum((r) => r.account) + moved,
    look: shape.accounts,
    write: sum((r) => r.write) + moved,
    card: sum((r) => r.card),
  };
}

/** From its start until nobody waits for the look; `Infinity` where a day is not enough. */
function hoursOfRescoring(shape: Shape, hours: readonly Hour[], canLook: readonly number[]): number {
  let left = shape.accounts;
  for (let n = 0; n < HOURS; n++) {
    const perHour = (canLook[(shape.rescoring.hour + n) % hours.length] ?? 0) * HOUR_SECONDS;
    if (perHour >= left) return n + left / perHour;
    left -= perHour;
  }
  return Number.POSITIVE_INFINITY;
}

const usable = ({ platform }: Shape): number => platform.callsPerSecond * platform.usableShare;

/** Reading records again and writing values, of a tenant with this many accounts. */
function callsAt(shape: Shape, rate: Rates, accounts: number): number {
  const { windowSeconds, recordsPerCall, recordsPerReading } = shape.platform;
  const part = accounts / shape.accounts;
  return (
    callsPerSecond(rate.record * part, windowSeconds, recordsPerReading) +
    callsPerSecond(rate.write * part, windowSeconds, recordsPerCall)
  );
}

const callsOfDay = (shape: Shape, rates: readonly Rates[], accounts: number): number =>
  rates.reduce((sum, rate) => sum + callsAt(shape, rate, accounts) * HOUR_SECONDS, 0) +
  Math.ceil((accounts * shape.rescoring.movingShare) / shape.platform.recordsPerCall);

function tenantLoad(shape: Shape, rates: readonly Rates[], accounts: number): TenantLoad {
  const calls = rates.map((rate) => callsAt(shape, rate, accounts));
  const moved = (accounts * shape.rescoring.movingShare) / shape.platform.recordsPerCall;
  const arrived = calls.map(
    (perSecond, hour) => perSecond * HOUR_SECONDS + (hour === shape.rescoring.hour ? moved : 0),
  );
  const waits = settledDay(
    arrived,
    calls.map(() => usable(shape)),
    accounts,
  );
  const meanCalls = calls.reduce((sum, perSecond) => sum + perSecond, 0) / HOURS;
  const left = Math.max(0, usable(shape) - meanCalls);
  const backfillCalls = (accounts * shape.backfill.recordsPerAccount) / shape.platform.recordsPerCall;
  return {
    accounts,
    quotaUsed: Math.max(...arrived) / HOUR_SECONDS / usable(shape),
    writeAgeSeconds: Math.min(DAY_SECONDS, Math.max(...waits.map((wait) => wait.ageSeconds))),
    backfillHours: left === 0 ? Number.POSITIVE_INFINITY : backfillCalls / left / HOUR_SECONDS,
  };
}
