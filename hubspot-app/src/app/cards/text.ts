import type {
  AccountHealthView,
  Band,
  ChurnRisk,
  Confidence,
  CorrectionView,
  OverrideView,
  Segment,
} from "@bellwether/shared";

/*
 * The view's numbers in words. The cards are in English, so dates are too; only the time zone is the portal's.
 */

export const BAND_LABELS: Record<Band, string> = { red: "Red", yellow: "Yellow", green: "Green" };
/** A band's name inside a sentence. */
export const bandName = (band: Band): string => BAND_LABELS[band].toLowerCase();
export const SEGMENT_LABELS: Record<Segment, string> = {
  new: "New customer",
  growing: "Growing customer",
  established: "Established customer",
};
export const CONFIDENCE_LABELS: Record<Confidence, string> = { high: "High", medium: "Medium", low: "Low" };

const NAME_LENGTH = 80;

/** A customer's name as far as a card has room for it; characters beyond the basic plane stay whole. */
export function shortName(name: string): string {
  const characters = [...name];
  return characters.length <= NAME_LENGTH ? name : `${characters.slice(0, NAME_LENGTH - 1).join("")}…`;
}

/** Points with at most one decimal: `13.5`, `9`. */
export function points(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

/** `+13.5`, `−9`, `0`. */
export function signedPoints(value: number): string {
  const text = points(value);
  return text === "0" || text.startsWith("−") ? text : `+${text}`;
}

/** @param share 0–1; small ones keep a decimal, because 0.4% and 0.04% of risk are not the same */
export function percent(share: number): string {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) return "under 0.1%";
  return `${hundredths < 10 ? Math.round(hundredths * 10) / 10 : Math.round(hundredths)}%`;
}

/** `20 Nov 2026` in the portal's time zone. */
export function day(instant: string, timeZone: string): string {
  return format(instant, timeZone, { day: "numeric", month: "short", year: "numeric" });
}

/** `20 Nov 2026, 09:15` in the portal's time zone. */
export function dayAndTime(instant: string, timeZone: string): string {
  return format(instant, timeZone, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

function format(instant: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(instant);
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(date);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // a portal's zone that this browser does not know
    return `${new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(date)} UTC`;
  }
}

export function trendSentence({ change30d, direction }: AccountHealthView["trend"]): string {
  if (change30d === null || direction === "unknown") return "No score from 30 days ago to compare with";
  if (direction === "flat") return `Steady over 30 days (${signedPoints(change30d)} points)`;
  return `${direction === "up" ? "Up" : "Down"} ${points(Math.abs(change30d))} points in 30 days`;
}

/** `34% within 90 days`, or that there is none. */
export function churnSentence({ probability, horizonDays }: ChurnRisk): string {
  return probability === null ? "Not estimated" : `${percent(probability)} within ${horizonDays} days`;
}

/** `null` without an estimate. */
export function intervalSentence({ low80, high80 }: ChurnRisk): string | null {
  return low80 === null || high80 === null ? null : `80% interval: ${percent(low80)} to ${percent(high80)}`;
}

/** Stands beside every score: how much is known, and which sources are out of date. */
export function confidenceSentence(view: AccountHealthView): string {
  const known = `${CONFIDENCE_LABELS[view.confidence]} confidence: ${coverageSentence(view)}`;
  const stale = view.freshness.filter((source) => source.isStale).map((source) => source.label);
  return stale.length === 0 ? known : `${known}; out of date: ${stale.join(", ")}`;
}

/** `14 of 17 measures have data (82% by weight)`; without the count where the reader does not see all measures. */
export function coverageSentence({ contributions, coverage, role }: AccountHealthView): string {
  const isPartial = role === "agent" || contributions.some(({ measure }) => measure === "other");
  const applicable = contributions.filter(({ state }) => state !== "not_applicable");
  if (isPartial || applicable.length === 0)
    return `${percent(coverage)} of what the scorecard asks for is known`;
  const withData = applicable.filter(({ state }) => state !== "missing").length;
  return `${withData} of ${applicable.length} measures have data (${percent(coverage)} by weight)`;
}

/** `Set to green until 12 Dec 2026`; the override's own sentence says by whom. */
export function overrideTitle({ kind, band, points: added, expiresAt }: OverrideView, zone: string): string {
  return `${overrideDeed(kind === "band" ? band : null, added)} until ${day(expiresAt, zone)}`;
}

function overrideDeed(band: Band | null, added: number | null): string {
  if (band !== null) return `Set to ${bandName(band)}`;
  if (added === null) return "Changed";
  return `${added < 0 ? "Lowered" : "Raised"} by ${points(Math.abs(added))} points`;
}

const DIRECTIONS = { too_high: "too high", too_low: "too low", wrong: "wrong" } as const;

/** `Logins: too low, says Robin Sato`. */
export const correctionTitle = ({ targetLabel, direction, by }: CorrectionView): string =>
  `${targetLabel}: ${DIRECTIONS[direction]}, says ${by}`;

/** How long a source may be silent before it counts as out of date. */
export function duration(hours: number): string {
  const isDays = hours >= 48 && hours % 24 === 0;
  const amount = isDays ? hours / 24 : hours;
  return `${amount} ${isDays ? "day" : "hour"}${amount === 1 ? "" : "s"}`;
}
