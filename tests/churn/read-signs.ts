import type { ExpertPrior } from "@bellwether/shared";
import { z } from "zod";
import { InputError } from "./input-error.ts";
import { parseLocatedJson } from "./json-lines.ts";
import { parsed } from "./read-splits.ts";
import { readText } from "./read-text.ts";

export interface ExpertSigns {
  /** One per feature of the data. */
  signs: readonly number[];
  intercept: ExpertPrior["intercept"];
  /** Features that the file has an opinion about and the data do not have. */
  unused: readonly string[];
}

/** What an expert expects who does not say: one in five lost, give or take a factor of 2.7 on the odds. */
const BASE_RATE = 0.2;
const INTERCEPT_SD = 1;

const logit = (p: number): number => Math.log(p / (1 - p));
const LOGIT = /^logit\(\s*(0?\.\d+)\s*\)$/;
const interceptMean = z
  .union([z.number(), z.string().regex(LOGIT, 'expected a number or "logit(0.20)"')])
  .transform((mean) => (typeof mean === "number" ? mean : logit(Number(LOGIT.exec(mean)?.[1] ?? BASE_RATE))));

const signsFile = z.object({
  signs: z.record(z.string(), z.number()),
  prior_sd: z
    .object({ intercept_mean: interceptMean.optional(), intercept_sd: z.number().positive().optional() })
    .optional(),
});

/** @throws {InputError} naming file and line */
export async function readSigns(file: string, features: readonly string[]): Promise<ExpertSigns> {
  const json = parseLocatedJson(await readText(file), file);
  const { signs, prior_sd: prior } = parsed(signsFile, json, file);
  const ordered = features.map((name) => {
    const sign = signs[name];
    if (sign === undefined)
      throw InputError.at(file, json.lineOf(["signs"]), `the feature "${name}" of the data has no sign.`);
    return sign;
  });
  return {
    signs: ordered,
    intercept: {
      mean: prior?.intercept_mean ?? logit(BASE_RATE),
      sd: prior?.intercept_sd ?? INTERCEPT_SD,
    },
    unused: Object.keys(signs).filter((name) => !features.includes(name)),
  };
}
