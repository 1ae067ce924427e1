import type { Segment } from "../api/account-health.ts";
import { numberOfText } from "./number-of-text.ts";

/** What decides besides an account's own facts, as a number of 32 bits with sign, to compare. */
export const madeUnder = ({
  settings,
  segment,
  versions,
}: {
  settings: number;
  segment: Segment;
  /** As in a result: scorecard and churn model. */
  versions: string;
}): number => numberOfText(`${settings} ${segment} ${versions}`) | 0;

/** Of a lost account, for which no version counts any more. */
export const lostUnder = (settings: number): number => numberOfText(`${settings} lost`) | 0;
