import type { ChangeExplanation } from "../api/account-health.ts";
import { linkedEvidence, type PlatformPlaces } from "../api/evidence-links.ts";
import { capLabel } from "./cap-words.ts";
import { explainChange } from "./explain.ts";
import type { HealthResult } from "./health-result.ts";
import { dayText } from "./words.ts";

/** A stored score with no more than what moved in it. */
export interface Waypoint {
  /** ISO 8601 */
  at: string;
  /** Points by measure; `null` = no score then. */
  points: ReadonlyMap<string, number> | null;
}

export interface Period {
  from: Date;
  to: Date;
  /** Newest results at or before the two times; `null` = none. */
  earlier: HealthResult | null;
  later: HealthResult | null;
  /** Everything stored after `earlier`, up to and with `later`, oldest first. */
  between: readonly Waypoint[];
  places: PlatformPlaces;
}

/**
 * Why a score is another one than at an earlier time, and since when: points per measure that sum to the difference
 * of the calculated scores, and in words what else came or went. Everything is in it; the policy takes out what the
 * reader may not see.
 */
export function explainPeriod({ from, to, earlier, later, between, places }: Period): ChangeExplanation {
  const ends = {
    from: { at: from.toISOString(), score: earlier?.healthScore ?? null, band: earlier?.band ?? null },
    to: { at: to.toISOString(), score: later?.healthScore ?? null, band: later?.band ?? null },
  };
  const isComparable =
    earlier !== null && later !== null && earlier.calculatedScore !== null && later.calculatedScore !== null;
  if (!isComparable) return { ...ends, points: null, items: [], notes: notesOf(from, to, earlier, later) };
  const { points, items } = explainChange(earlier, later);
  const contributionOf = (measure: string) =>
    later.contributions.find((c) => c.measure === measure) ??
    earlier.contributions.find((c) => c.measure === measure);
  return {
    ...ends,
    points,
    items: items.map((item) => {
      const contribution = contributionOf(item.measure);
      return {
        measure: item.measure,
        label: contribution?.label ?? item.measure,
        sentence: item.sentence,
        points: item.points,
        since: movedSince(item.measure, pointsIn(earlier, item.measure), between),
        evidence: linkedEvidence(contribution?.evidence ?? [], places),
      };
    }),
    notes: notesOf(from, to, earlier, later),
  };
}

const pointsIn = (result: HealthResult, measure: string): number =>
  result.contributions.find((c) => c.measure === measure)?.points ?? 0;

/** Less than what rounding the score to one decimal can add to a measure is no movement. */
const ROUNDING = 0.05;

/**
 * The first stored score from which on a measure stood away from where it was, on the side where it stands at the
 * end; `null` where it cannot be told.
 */
function movedSince(measure: string, before: number, between: readonly Waypoint[]): string | null {
  const last = between.at(-1);
  if (last === undefined || last.points === null) return null;
  const change = (last.points.get(measure) ?? 0) - before;
  const least = Math.min(ROUNDING, Math.abs(change) / 2);
  let since: string | null = null;
  for (const { at, points } of between.toReversed()) {
    // without a score nothing is known of the measure, so it neither stood there nor elsewhere
    if (points === null) continue;
    if (((points.get(measure) ?? 0) - before) * Math.sign(change) <= least) break;
    since = at;
  }
  return since;
}

/** What moved the shown score beside the measures, and what makes the two times hard to compare. */
function notesOf(from: Date, to: Date, earlier: HealthResult | null, later: HealthResult | null): string[] {
  if (later === null) return [`There is no score from ${dayText(to.toISOString())} or before.`];
  const lost = later.lostAt === null ? [] : [lostSentence(later.lostAt)];
  if (earlier === null) return [`There is no score from ${dayText(from.toISOString())} or before.`, ...lost];
  return [
    ...gapNotes(from, to, earlier, later),
    ...capNotes(earlier, later),
    ...overrideNotes(earlier, later),
    ...versionNotes(earlier, later),
    ...lost,
  ];
}

/** "This customer was lost on 3 May 2026; everything stands as on that day." */
export const lostSentence = (lostAt: string): string =>
  `This customer was lost on ${dayText(lostAt)}; everything stands as on that day.`;

function gapNotes(from: Date, to: Date, earlier: HealthResult, later: HealthResult): string[] {
  return [
    ...(earlier.calculatedScore === null
      ? [`On ${dayText(from.toISOString())} there was not enough data for a score.`]
      : []),
    ...(later.calculatedScore === null
      ? [`On ${dayText(to.toISOString())} there was not enough data for a score.`]
      : []),
  ];
}

function capNotes(earlier: HealthResult, later: HealthResult): string[] {
  const has = (result: HealthResult, cap: string): boolean => result.caps.some((c) => c.cap === cap);
  return [
    ...later.caps.filter((c) => !has(earlier, c.cap)).map((c) => c.sentence),
    ...earlier.caps
      .filter((c) => !has(later, c.cap))
      .map((c) => `${capLabel(c)}: no longer holds the score at ${c.limit} at most.`),
  ];
}

function overrideNotes(earlier: HealthResult, later: HealthResult): string[] {
  const [was, is] = [earlier.override, later.override];
  if (was?.correctionId === is?.correctionId) return [];
  return [
    ...(was === null ? [] : [`What ${was.by} had set (${setTo(was)}) no longer holds.`]),
    ...(is === null ? [] : [`${is.by} set ${setTo(is)}, until ${dayText(is.expiresAt)}.`]),
  ];
}

function setTo({ band, points }: NonNullable<HealthResult["override"]>): string {
  if (band !== null) return `the band ${band}`;
  return `${Math.abs(points ?? 0)} points ${(points ?? 0) < 0 ? "less" : "more"}`;
}

function versionNotes(earlier: HealthResult, later: HealthResult): string[] {
  const isOther = earlier.scorecardVersion !== later.scorecardVersion;
  const [was, is] = [earlier.churnRisk.modelVersion, later.churnRisk.modelVersion];
  return [
    ...(isOther
      ? [
          `The scorecard changed from ${earlier.scorecardVersion} to ${later.scorecardVersion}: part of the difference is its weights and scales, not the customer.`,
        ]
      : []),
    ...(was === is
      ? []
      : [`The churn model changed from ${was} to ${is}; it has no part in the health score.`]),
  ];
}
