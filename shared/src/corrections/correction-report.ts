import { z } from "zod";
import { estimate, estimateSchema } from "../backtest/estimate.ts";
import { counted } from "../scoring/words.ts";
import {
  type Aftermath,
  countedCorrections,
  JUDGED_WITHIN_DAYS,
  type JudgedCorrection,
  type Verdict,
  verdictOn,
} from "./judge-corrections.ts";

/** Fewer judged corrections than this say nothing. */
export const ENOUGH_JUDGED = 10;

/** Who was right: how often the person was, of the corrections that time has judged. */
export const correctionReportSchema = z.object({
  total: z.int(),
  withdrawn: z.int(),
  /** Said again while the first was still open. */
  repeated: z.int(),
  tooEarly: z.int(),
  cannotBeJudged: z.int(),
  personRight: estimateSchema,
  byTarget: z.array(z.object({ target: z.string(), label: z.string(), personRight: estimateSchema })),
  byAuthors: z.array(z.object({ authors: z.string(), label: z.string(), personRight: estimateSchema })),
  sentences: z.array(z.string()),
});
export type CorrectionReport = z.infer<typeof correctionReportSchema>;

/** Groups of authors; nobody is judged by name. */
const AUTHORS: Readonly<Record<string, string>> = {
  hubspot: "HubSpot users",
  zendesk: "Zendesk agents",
  token: "Users of the API",
  admin: "Administrators",
};
const groupOf = (author: string): string => author.split(":")[0] ?? "";

interface Judged {
  correction: JudgedCorrection;
  verdict: Verdict;
}

/**
 * @param after what became of the account, by the id of the correction
 * @param labelOf what a target is called for this reader; targets of one label are one group
 */
export function reportCorrections(
  corrections: readonly JudgedCorrection[],
  after: ReadonlyMap<string, Aftermath>,
  labelOf: (target: string) => { target: string; label: string },
  now: Date,
): CorrectionReport {
  const withdrawn = corrections.filter((c) => c.withdrawnAt !== null).length;
  const judged = countedCorrections(corrections).map(
    (correction): Judged => ({
      correction,
      verdict: verdictOn(correction, after.get(correction.id) ?? NOTHING, now),
    }),
  );
  const having = (verdict: Verdict): number => judged.filter((j) => j.verdict === verdict).length;
  const [tooEarly, cannotBeJudged] = [having("too_early"), having("cannot_be_judged")];
  const personRight = shareOf(judged);
  return {
    total: corrections.length,
    withdrawn,
    repeated: corrections.length - withdrawn - judged.length,
    tooEarly,
    cannotBeJudged,
    personRight,
    byTarget: groups(judged, ({ correction }) => {
      const { target, label } = labelOf(correction.target);
      return { key: target, label };
    }).map(({ key, ...rest }) => ({ target: key, ...rest })),
    byAuthors: groups(judged, ({ correction }) => {
      const key = groupOf(correction.author);
      return { key, label: AUTHORS[key] ?? "Others" };
    }).map(({ key, ...rest }) => ({ authors: key, ...rest })),
    sentences: [personRight.sentence, ...waiting(tooEarly, cannotBeJudged)],
  };
}

const NOTHING: Aftermath = { outcomes: [], scoreThen: null, scoreLater: null };

function shareOf(judged: readonly Judged[]): CorrectionReport["personRight"] {
  const right = judged.filter((j) => j.verdict === "person_right").length;
  const n = right + judged.filter((j) => j.verdict === "calculation_right").length;
  return estimate(right, n, {
    what: "corrections that time has judged",
    did: "turned out as the person said",
    tooLittle:
      n < ENOUGH_JUDGED ? `That is not enough to say who is right: it takes ${ENOUGH_JUDGED}.` : null,
  });
}

function groups(
  judged: readonly Judged[],
  of: (each: Judged) => { key: string; label: string },
): { key: string; label: string; personRight: CorrectionReport["personRight"] }[] {
  const found = Map.groupBy(judged, (each) => of(each).key);
  return [...found]
    .map(([key, own]) => ({ key, label: own[0] ? of(own[0]).label : key, personRight: shareOf(own) }))
    .toSorted((a, b) => b.personRight.n - a.personRight.n || (a.key < b.key ? -1 : 1));
}

function waiting(tooEarly: number, cannotBeJudged: number): string[] {
  return [
    ...(tooEarly === 0
      ? []
      : [
          `For ${counted(tooEarly, "correction")} it is too early: judged within ${JUDGED_WITHIN_DAYS} days.`,
        ]),
    ...(cannotBeJudged === 0
      ? []
      : [
          `${counted(cannotBeJudged, "correction")} cannot be judged by what came later, because ${cannotBeJudged === 1 ? "it says" : "they say"} nothing of better or worse.`,
        ]),
  ];
}
