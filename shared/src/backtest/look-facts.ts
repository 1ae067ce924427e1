import type { Band } from "../api/account-health.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { DAY_MS } from "../units.ts";
import type { Look } from "./looks.ts";

/** Days after a look within which a loss counts as its outcome: the horizon of the churn risk. */
export const HORIZON_DAYS = 90;
/** From this many weeks before the present on, what came within the horizon is known. */
export const FIRST_COMPLETE_WEEK = Math.ceil(HORIZON_DAYS / 7);
/** A warning counts when it was there between these days before the loss: early enough to act on. */
export const WARNING_DAYS = { earliest: 90, latest: 60 } as const;
/** Distinct losses below which no ratio is given: with fewer, one more or less moves it by over 10%. */
export const ENOUGH_LOSSES = 10;

export const sideNames = ["current", "candidate"] as const;
export type SideName = (typeof sideNames)[number];

export type BandKey = Band | "none";
export const bandKeys = ["red", "yellow", "green", "none"] as const satisfies readonly BandKey[];
export const bandKeyOf = (result: HealthResult): BandKey => result.band ?? "none";

export const isFlagged = (result: HealthResult): boolean => result.band === "red" || result.atRisk.isAtRisk;

export const isComplete = (look: Look): boolean => look.week >= FIRST_COMPLETE_WEEK;

/** Whether the customer was lost within the horizon after the look; looks of a stay end at its loss. */
export const endsInLoss = (look: Look, lostAt: Date | null): boolean =>
  lostAt !== null && lostAt.getTime() - look.at.getTime() <= HORIZON_DAYS * DAY_MS;

export function isWarningTime(look: Look, lostAt: Date): boolean {
  const days = (lostAt.getTime() - look.at.getTime()) / DAY_MS;
  return days >= WARNING_DAYS.latest && days <= WARNING_DAYS.earliest;
}
