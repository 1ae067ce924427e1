import type { Segment } from "../api/account-health.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import type { SourcesSeen } from "../scoring/health-result.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { type UsageMovement, usageConfirmedFrom } from "../scoring/signals/signal-context.ts";
import { lostUnder, madeUnder } from "./made-under.ts";
import type { Outlook } from "./outlook.ts";
import { staleSources, USAGE_STALE } from "./stale-sources.ts";

/** What is in force for a tenant's accounts at a moment. */
export interface InForce {
  scorecardFor(segment: Segment): Scorecard;
  churnModel: ChurnModel;
  sources: SourcesSeen;
  settings: number;
}

/** Which sources of an account decide with it: 0–5, tickets known to the ticket source and the kind of its gauges. */
export type SourceKind = number;

export const sourceKindOf = ({ usage, hasTickets }: Pick<Outlook, "usage" | "hasTickets">): SourceKind =>
  (usage === null ? 0 : usage.isCounted ? 2 : 1) + (hasTickets ? 3 : 0);

/** The condition on which outlooks of one kind hold at a moment. Flat, to be compared by the database. */
export interface Holding {
  under: number;
  kind: SourceKind;
  /** Stale sources that an outlook must have been made with… */
  stale: number;
  /** …and those where the gauges last moved before `movedFrom`, in milliseconds. */
  staleBefore: number;
  movedFrom: number;
}

const SEGMENTS: readonly Segment[] = ["new", "growing", "established"];
const KINDS: readonly Pick<Outlook, "usage" | "hasTickets">[] = [true, false].flatMap((hasTickets) =>
  [null, false, true].map((isCounted) => ({
    hasTickets,
    usage: isCounted === null ? null : { movedMs: 0, isCounted },
  })),
);

/** Everything that decides besides the accounts' own facts, worked out once for all of them. */
export function holdingsAt(
  { scorecardFor, churnModel, sources, settings }: InForce,
  nowMs: number,
): Holding[] {
  const living = SEGMENTS.flatMap((segment) => {
    const { version, freshnessHours } = scorecardFor(segment);
    const under = madeUnder({ settings, segment, versions: `${version}/${churnModel.version}` });
    return KINDS.map(({ usage, hasTickets }): Holding => {
      const stale = staleSources({ usage: null, hasTickets }, freshnessHours, sources, nowMs);
      const movedFrom =
        usage === null
          ? Number.MIN_SAFE_INTEGER
          : usageConfirmedFrom(usage, freshnessHours.usage, sources, nowMs);
      const kind = sourceKindOf({ usage, hasTickets });
      return { under, kind, stale, staleBefore: stale | USAGE_STALE, movedFrom };
    });
  });
  const kind = sourceKindOf({ usage: null, hasTickets: false });
  const lost = {
    under: lostUnder(settings),
    kind,
    stale: 0,
    staleBefore: 0,
    movedFrom: Number.MIN_SAFE_INTEGER,
  };
  return [...living, lost];
}

/**
 * Whether a calculation now would say the same as the one that the outlook was made with, apart from its times and
 * from texts that count days on. In doubt `false`: then the whole calculation decides.
 */
export function stillSays(outlook: Outlook, holdings: readonly Holding[], nowMs: number): boolean {
  if (nowMs < outlook.madeAt || nowMs >= outlook.until) return false;
  const kind = sourceKindOf(outlook);
  const holding = holdings.find((each) => each.under === outlook.under && each.kind === kind);
  if (holding === undefined) return false;
  return outlook.stale === (movedMs(outlook.usage) < holding.movedFrom ? holding.staleBefore : holding.stale);
}

const movedMs = (usage: UsageMovement | null): number => usage?.movedMs ?? 0;
