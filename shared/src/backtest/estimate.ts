import { z } from "zod";
import { decimal } from "../scoring/words.ts";
import { roundTo } from "../units.ts";

/** A share with the number behind it; the three rates are `null` where there is too little to say anything. */
export const estimateSchema = z.object({
  count: z.int().min(0),
  n: z.int().min(0),
  rate: z.number().min(0).max(1).nullable(),
  low95: z.number().min(0).max(1).nullable(),
  high95: z.number().min(0).max(1).nullable(),
  sentence: z.string(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** Small shares with a decimal, or they would all read 0%. */
const percent = (share: number): string => `${decimal(share * 100, share < FEW ? 1 : 0)}%`;
const FEW = 0.1;

/** Standard normal quantile of 97.5%. */
const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval (Wilson 1927), which stays inside 0–1 and is not empty for 0 of n.
 * @param overlap how often the same trial is counted in `n`: weekly looks at one customer see the same 90 days again
 * and again, and are worth `n ÷ overlap` looks at different ones; at least 1
 */
export function wilson(count: number, n: number, overlap = 1): { low95: number; high95: number } {
  if (n === 0) return { low95: 0, high95: 1 };
  const rate = count / n;
  const trials = n / overlap;
  const z2 = Z_95 ** 2;
  const centre = rate + z2 / (2 * trials);
  const reach = Z_95 * Math.sqrt((rate * (1 - rate) + z2 / (4 * trials)) / trials);
  const scale = 1 + z2 / trials;
  // the formula gives 0 and 1 themselves only up to rounding
  return {
    low95: count === 0 ? 0 : Math.max(0, roundTo((centre - reach) / scale, 4)),
    high95: count === n ? 1 : Math.min(1, roundTo((centre + reach) / scale, 4)),
  };
}

export interface EstimateWords {
  /** What there are `n` of, e.g. "customer weeks in red". */
  what: string;
  /** What `count` of them did, e.g. "ended in a loss within 90 days". */
  did: string;
  /** Instead of a rate; `null` = there is enough. */
  tooLittle: string | null;
}

export function estimate(count: number, n: number, words: EstimateWords, overlap = 1): Estimate {
  const said = `${count} of ${n} ${words.what} ${words.did}`;
  if (n === 0)
    return { ...unknown(count, n), sentence: `There were no ${words.what}, so nothing can be said.` };
  if (words.tooLittle !== null) return { ...unknown(count, n), sentence: `${said}. ${words.tooLittle}` };
  const rate = roundTo(count / n, 4);
  const { low95, high95 } = wilson(count, n, overlap);
  const sentence = `${said}: ${percent(rate)}, in all likelihood between ${percent(low95)} and ${percent(high95)}.`;
  return { count, n, rate, low95, high95, sentence };
}

const unknown = (count: number, n: number) => ({ count, n, rate: null, low95: null, high95: null });
