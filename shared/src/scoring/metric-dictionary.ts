import { OVERRIDE_LIMIT_DAYS, OVERRIDE_LIMIT_POINTS } from "../corrections/correction.ts";
import { type Block, blocksToMarkdown } from "../scorecards/page-blocks.ts";
import { exact, scaleWords } from "../scorecards/scale-words.ts";
import type { ChurnModel } from "./churn-model.ts";
import { RED_FLAGS } from "./red-flags.ts";
import type { Scorecard } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { type SignalText, type SourceKind, signalKeys } from "./signals/signal.ts";

/** What every metric has to say of itself. */
interface Metric {
  label: string;
  definition: string;
  formula: string;
  unit: string;
  window: string;
  source: string;
  missingRule: string;
  sampleSize: string;
  owner: string;
  more?: readonly (readonly [string, string])[];
}

const SOURCES: Readonly<Record<SourceKind, string>> = {
  crm: "HubSpot records",
  usage: "product usage, from HubSpot properties",
  tickets: "support tickets",
  nps: "NPS answers",
  csat: "ticket ratings",
};

/**
 * Every metric in words: Markdown, from the live definitions.
 * @param scorecards that came with the product; the first one is the default
 */
export function metricDictionary(scorecards: readonly Scorecard[], model: ChurnModel): string {
  const used = scorecards.map((scorecard) => scorecard.version).join(", ");
  return blocksToMarkdown([
    heading(1, "Metric dictionary"),
    text("Written by npm run metrics from the live definitions; not edited by hand."),
    text(`Scorecards: ${used}. Churn model: ${model.version}.`),
    heading(2, "Results"),
    ...scorecards.slice(0, 1).flatMap((scorecard) => results(scorecard, model).flatMap(entry)),
    heading(2, "Signals"),
    text(
      "What the measures of a scorecard are made of. A scorecard may use any of them, and fields of one's own.",
    ),
    ...signalKeys.flatMap((key) => entry(ofSignal(SIGNALS[key], scorecards))),
    heading(2, "Red flags"),
    table(
      ["Flag", "Goes up when", "From"],
      RED_FLAGS.map(({ label, rule, signs }) => [
        label,
        rule,
        signs.map(({ signal }) => SIGNALS[signal].label).join(", "),
      ]),
    ),
    heading(2, `Features of the churn model ${model.version}`),
    text(model.note),
    table(
      ["Feature", "Mean", "SD", "Counted within", "Log-odds per SD", "Its uncertainty (SD)"],
      model.features.map((f) => [
        f.label,
        exact(f.mean),
        exact(f.sd),
        `${exact(f.clamp.low)} to ${exact(f.clamp.high)}`,
        exact(f.weight),
        exact(f.priorSd),
      ]),
    ),
  ]);
}

const heading = (level: 1 | 2 | 3, words: string): Block => ({ kind: "heading", level, text: words });
const text = (words: string): Block => ({ kind: "text", text: words });
const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  kind: "table",
  head,
  rows,
});

const entry = (metric: Metric): Block[] => [
  heading(3, metric.label),
  text(metric.definition),
  table(
    ["", ""],
    [
      ["Formula", metric.formula],
      ["Unit", metric.unit],
      ["Window", metric.window],
      ["Source", metric.source],
      ["Without data", metric.missingRule],
      ["Sample size", metric.sampleSize],
      ["Owner", metric.owner],
      ...(metric.more ?? []),
    ],
  ),
];

function ofSignal(signal: SignalText, scorecards: readonly Scorecard[]): Metric {
  const { source, ...words } = signal;
  return {
    ...words,
    source: SOURCES[source],
    more: [
      ["What helps", signal.remedy],
      ...usesOf(signal, scorecards),
      ...(signal.isFinancial ? [["Who sees it", "Only readers with the financial grant"] as const] : []),
    ],
  };
}

const usesOf = (signal: SignalText, scorecards: readonly Scorecard[]): [string, string][] =>
  scorecards.flatMap(({ version, dimensions }) =>
    dimensions.flatMap((dimension) =>
      dimension.measures
        .filter((measure) => measure.signal === signal.key)
        .map(({ weight, scale, source }): [string, string] => [
          `In ${version}`,
          `${exact(weight)}% of ${dimension.label}: ${scaleWords(scale, signal.unit)}. ${source}`,
        ]),
    ),
  );

const percent = (share: number): string => `${exact(share * 100)}%`;

function results(scorecard: Scorecard, model: ChurnModel): Metric[] {
  const { coverageFloor, confidence, bands, freshnessHours } = scorecard;
  const owner = "Customer success";
  return [
    {
      label: "Health score",
      definition: "How well the relation with a customer stands; higher is healthier.",
      formula:
        "Sum of the points of all measures: weight of the dimension × weight of the measure × its score ÷ 100",
      unit: "0 to 100, one decimal",
      window: "now; each measure has its own",
      source: "the measures of the scorecard in force",
      missingRule: `No score below ${percent(coverageFloor)} coverage`,
      sampleSize: "one account; the number of measures with data stands beside it",
      owner,
    },
    {
      label: "Band",
      definition: `Red below ${exact(bands.yellowFrom)}, yellow below ${exact(bands.greenFrom)}, green from there; with hysteresis, so that it does not flap.`,
      formula: `Down after two looks under the line, or at once ${exact(bands.fallAtOnce)} under it; up after ${exact(bands.riseAfterDays)} days at ${exact(bands.riseMargin)} over the next one`,
      unit: "red, yellow or green",
      window: "now and the looks before",
      source: "the health score, caps and overrides",
      missingRule: "No band without a score",
      sampleSize: "two looks",
      owner,
    },
    {
      label: "Coverage",
      definition: "How much of what could be known is known.",
      formula: "weight of the measures with data ÷ weight of the applicable measures",
      unit: "share, 0 to 1",
      window: "now",
      source: "the state of each measure",
      missingRule: "0 where nothing is known",
      sampleSize: "all measures of the scorecard",
      owner: "Administrator",
    },
    {
      label: "Confidence",
      definition: "How far the number can be relied upon.",
      formula: `high from ${percent(confidence.highFrom)} coverage with all sources fresh, medium from ${percent(confidence.mediumFrom)}, else low`,
      unit: "high, medium or low",
      window: "now",
      source: `coverage, and freshness: usage ${exact(freshnessHours.usage)} h, tickets ${exact(freshnessHours.tickets)} h, HubSpot ${exact(freshnessHours.crm)} h, NPS ${exact(freshnessHours.nps / 24)} days`,
      missingRule: "low",
      sampleSize: "all measures and sources",
      owner: "Administrator",
    },
    {
      label: "Trend",
      definition: "Whether the customer is better or worse off than a month ago.",
      formula: "health score now − health score 30 days ago; flat within ±3",
      unit: "points",
      window: "30 days",
      source: "stored scores; those from before the start are reconstructed from dated facts and marked so",
      missingRule: "Unknown without a score 30 days ago",
      sampleSize: "two scores",
      owner,
    },
    {
      label: "Override",
      definition: "A person's word over the calculation; the calculated score stays visible.",
      formula: `a band, or at most ±${OVERRIDE_LIMIT_POINTS} points, for at most ${OVERRIDE_LIMIT_DAYS} days; caps still hold the points`,
      unit: "band or points",
      window: "until it expires or is withdrawn",
      source: "the person's entry with its reason",
      missingRule: "None is the rule",
      sampleSize: "one person's judgement; later reported with who was right",
      owner,
    },
    {
      label: "Churn risk",
      definition: `Probability that the customer is lost within ${model.horizonDays} days. Never 100 minus the health score.`,
      formula:
        "logistic function of the sum of an intercept and each feature's contribution; see docs/ALGORITHM.md",
      unit: "0 to 1, with an 80% interval",
      window: `${model.horizonDays} days ahead`,
      source: `the features below; until own outcomes are learned from, the expert's prior (${model.version})`,
      missingRule: "Abstains without a health score; an unknown feature widens the interval",
      sampleSize: "the outcomes that it was trained on; none for the prior",
      owner: "Lead of customer success",
    },
    {
      label: "At risk",
      definition: "A warning laid over the segment: red band, a cap, or a high churn risk.",
      formula: `any of them; by churn risk from ${percent(scorecard.atRisk.enterAt)}, left below ${percent(scorecard.atRisk.leaveBelow)}`,
      unit: "yes or no",
      window: "now",
      source: "band, caps and churn risk",
      missingRule: "Caps hold with and without a score",
      sampleSize: "one account",
      owner,
    },
  ];
}
