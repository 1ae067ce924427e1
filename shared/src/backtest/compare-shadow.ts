import { compareText } from "../canonical-json.ts";
import type { Told } from "../outcomes/customer-history.ts";
import { roundTo } from "../units.ts";
import type { ShadowReport, ShadowStanding } from "./shadow-report.ts";
import { verdictOf, whatCame } from "./shadow-verdict.ts";

/** What is kept of an account's days, so that a whole book can be compared. */
export interface DaysTold {
  /** Changes of band from day to day. */
  changes: number;
  /** The first day at risk; `null` = none. */
  alarmAt: Date | null;
}

/** One day's end: what was shown, or would have been. */
export interface StandingOn {
  at: Date;
  band: string | null;
  isAtRisk: boolean;
}

export interface ShadowedAccount {
  id: string;
  name: string;
  /** `null` = nothing was calculated, the customer is lost, or in a segment that the shadow is not meant for. */
  active: ShadowStanding | null;
  shadow: ShadowStanding | null;
  /** Since the shadow began; `null` = nothing was calculated. */
  activeDays: DaysTold | null;
  shadowDays: DaysTold | null;
  outcomes: readonly Told[];
}

/** Names that are kept of each list; all are counted. */
const MOST_LISTED = 500;

const BANDS = ["red", "yellow", "green", null] as const;

/** @param accounts customers, and those lost since the shadow began */
export function compareShadow(accounts: readonly ShadowedAccount[], now: Date): ShadowReport {
  const pairs = accounts.flatMap(({ id, name, active, shadow }) =>
    active !== null && shadow !== null ? [{ accountId: id, name, active, shadow }] : [],
  );
  const differing = pairs.filter((pair) => pair.active.band !== pair.shadow.band);
  const gap = (pair: (typeof pairs)[number]): number =>
    Math.abs((pair.active.healthScore ?? 0) - (pair.shadow.healthScore ?? 0));
  return {
    compared: pairs.length,
    withoutShadow: accounts.filter(({ active, shadow }) => active !== null && shadow === null).length,
    agreement: {
      share: pairs.length === 0 ? null : roundTo(1 - differing.length / pairs.length, 4),
      matrix: BANDS.flatMap((active) =>
        BANDS.map((shadow) => ({
          active,
          shadow,
          customers: pairs.filter((p) => p.active.band === active && p.shadow.band === shadow).length,
        })),
      ),
    },
    differing: {
      total: differing.length,
      items: differing
        .toSorted((a, b) => gap(b) - gap(a) || compareText(a.accountId, b.accountId))
        .slice(0, MOST_LISTED),
    },
    ...alarmsOf(accounts, now),
  };
}

/** @param days oldest first */
export function tellDays(days: readonly StandingOn[]): DaysTold | null {
  if (days.length === 0) return null;
  const changes = days.filter((day, index) => {
    const before = days[index - 1]?.band ?? null;
    return before !== null && day.band !== null && before !== day.band;
  });
  return { changes: changes.length, alarmAt: days.find((day) => day.isAtRisk)?.at ?? null };
}

/** Only where both were calculated. */
function alarmsOf(
  accounts: readonly ShadowedAccount[],
  now: Date,
): Pick<ShadowReport, "bandChanges" | "alarms" | "verdict"> {
  const both = accounts.flatMap((account) => {
    const { activeDays: active, shadowDays: shadow } = account;
    return active === null || shadow === null ? [] : [{ account, active, shadow }];
  });
  const activeOnly = both.filter((b) => b.active.alarmAt !== null && b.shadow.alarmAt === null);
  const shadowOnly = both.filter((b) => b.active.alarmAt === null && b.shadow.alarmAt !== null);
  return {
    bandChanges: {
      active: both.reduce((sum, b) => sum + b.active.changes, 0),
      shadow: both.reduce((sum, b) => sum + b.shadow.changes, 0),
    },
    alarms: {
      both: both.filter((b) => b.active.alarmAt !== null && b.shadow.alarmAt !== null).length,
      activeOnly: listed(activeOnly.map((b) => b.account)),
      shadowOnly: listed(shadowOnly.map((b) => b.account)),
    },
    verdict: verdictOf(
      activeOnly.map(({ account, active }) => whatCame(account.outcomes, active.alarmAt, now)),
      shadowOnly.map(({ account, shadow }) => whatCame(account.outcomes, shadow.alarmAt, now)),
    ),
  };
}

const listed = (accounts: readonly ShadowedAccount[]) => ({
  total: accounts.length,
  items: accounts
    .map(({ id, name }) => ({ accountId: id, name }))
    .toSorted((a, b) => compareText(a.accountId, b.accountId))
    .slice(0, MOST_LISTED),
});
