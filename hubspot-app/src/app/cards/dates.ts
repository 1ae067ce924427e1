/** A calendar day as HubSpot's DateInput gives it: months count from 0. */
export interface CalendarDay {
  year: number;
  month: number;
  date: number;
}

const DAY_MS = 86_400_000;

/** Midnight (ms) at which a calendar day begins in a time zone; in UTC where the zone is not known. */
export function startOfDay({ year, month, date }: CalendarDay, timeZone: string): number {
  const midnight = Date.UTC(year, month, date);
  // twice, because the offset at the first guess may be that of the other side of a clock change
  const guess = midnight - offsetAt(midnight, timeZone);
  return midnight - offsetAt(guess, timeZone);
}

/** The moment (ms) at which a calendar day ends. */
export function endOfDay({ year, month, date }: CalendarDay, timeZone: string): number {
  return startOfDay({ year, month, date: date + 1 }, timeZone);
}

export function calendarDay(atMs: number, timeZone: string): CalendarDay {
  const shifted = new Date(atMs + offsetAt(atMs, timeZone));
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth(), date: shifted.getUTCDate() };
}

export const daysBefore = (atMs: number, days: number): number => atMs - days * DAY_MS;

/** How far the zone's clocks are ahead of UTC (ms) at a moment. */
function offsetAt(atMs: number, timeZone: string): number {
  const parts = partsIn(timeZone).formatToParts(atMs);
  const read = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return local - Math.floor(atMs / 1000) * 1000;
}

function partsIn(timeZone: string): Intl.DateTimeFormat {
  const options = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // a portal's zone that this browser does not know
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
}
