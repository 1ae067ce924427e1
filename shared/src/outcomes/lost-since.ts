import { lossesOf, type Told } from "./customer-history.ts";

/**
 * Since when the account is lost; `null` = a customer, or one again.
 * @param outcomes believed ones (not retracted), in any order; those dated after `now` do not count yet
 */
export function lostSince(outcomes: readonly Told[], now: Date): Date | null {
  const last = lossesOf(outcomes.filter((outcome) => outcome.at <= now)).at(-1);
  return last?.until === null ? last.at : null;
}

let dayFormat: Intl.DateTimeFormat | undefined;

/** Made with its first use: a formatter takes tens of milliseconds, which every start would wait for. */
function day(at: Date): string {
  dayFormat ??= new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  return dayFormat.format(at);
}

/** What is to be said of a lost customer, wherever a next step would stand. */
export const lostSentence = (since: Date): string =>
  `This customer was lost on ${day(since)}; its numbers stand as on that day.`;
