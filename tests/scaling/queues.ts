/**
 * Chance that an arrival has to wait where `servers` serve alike (Erlang C).
 * Source: A. K. Erlang, 1917; the recursion over the blocking formula is the usual one and does not overflow.
 * @param offered arrivals per second × seconds of service
 * @returns 0–1; 1 where the offered load reaches the number of servers
 */
export function erlangC(servers: number, offered: number): number {
  if (offered >= servers) return 1;
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (offered * blocked) / (k + offered * blocked);
  return blocked / (1 - (offered / servers) * (1 - blocked));
}

/** Mean wait in seconds of M/M/c; `Infinity` where more comes than can be served. @param serviceSeconds of one arrival */
export function meanWaitSeconds(servers: number, perSecond: number, serviceSeconds: number): number {
  const offered = perSecond * serviceSeconds;
  if (offered >= servers) return Number.POSITIVE_INFINITY;
  return (erlangC(servers, offered) * serviceSeconds) / (servers - offered);
}

export interface QueueHour {
  arrived: number;
  done: number;
  /** What waits at the end of the hour. */
  waiting: number;
  /** How long what arrives last in the hour waits, at the rate of this hour. */
  ageSeconds: number;
}

const HOUR_SECONDS = 3_600;

/**
 * Work that flows in and is done at most at a rate, hour by hour; what is left waits for the next one.
 * @param most how much may wait at once: equal work comes together, e.g. one mark per account
 */
export function flow(
  arrivals: readonly number[],
  perSecond: readonly number[],
  most = Number.POSITIVE_INFINITY,
  waitingBefore = 0,
): QueueHour[] {
  let waiting = waitingBefore;
  return arrivals.map((arrived, hour) => {
    const rate = perSecond[hour] ?? 0;
    const done = Math.min(waiting + arrived, rate * HOUR_SECONDS);
    waiting = Math.min(most, waiting + arrived - done);
    return { arrived, done, waiting, ageSeconds: waiting === 0 ? 0 : waiting / rate };
  });
}

/**
 * Calls for changes that come at a steady rate and are collected for `windowSeconds` after the first of them.
 * @returns calls per second: one per change where they are rare, one per full batch where they are many
 */
export const callsPerSecond = (changesPerSecond: number, windowSeconds: number, perCall: number): number =>
  changesPerSecond / Math.min(perCall, 1 + changesPerSecond * windowSeconds);
