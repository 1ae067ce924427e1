export interface LimiterSettings {
  /** Calls that may start in any stretch of `intervalMs`. */
  reservoir: number;
  /** Up to here where the platform says that this account has more; default `reservoir`. */
  mostReservoir?: number;
  intervalMs: number;
  maxConcurrent: number;
  /** Pauses up to this are waited out; calls during a longer one are refused, so that no job hangs for hours. */
  maxPauseMs: number;
}

/** What a platform's answer says about its own limit; `null` = not said. */
export interface LimitReport {
  max: number | null;
  remaining: number | null;
}
