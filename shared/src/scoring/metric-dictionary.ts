import type { ChurnModel } from "./churn-model.ts";
import type { Scale } from "./measures.ts";
import type { Scorecard, ScorecardMeasure } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";

/** Every measure of a scorecard and every feature of a churn model, in words: Markdown, from the live definitions. */
export function metricDictionary(scorecard: Scorecard, model: ChurnModel): string {
  const { bands, coverageFloor, confidence } = scorecard;
  return [
    "# Metric dictionary",
    "",
    `Written by \`npm run metrics\` from scorecard \`${scorecard.version}\` and churn model \`${model.version}\`; not edited by hand.`,
    "",
    `The **health score** is 0–100, higher is healthier: red below ${bands.yellowFrom}, yellow below ${bands.greenFrom}, green from there.`,
    `A measure without data drops out and its weight is shared; below ${percent(coverageFloor)} of the applicable weight there is no score.`,
    `Confidence is high from ${percent(confidence.highFrom)} with all sources fresh, medium from ${percent(confidence.mediumFrom)}, else low.`,
    "",
    ...scorecard.dimensions.flatMap((dimension) => [
      `## ${dimension.label}: ${dimension.weight} of 100`,
      "",
      ...(dimension.notApplicableTo.length > 0
        ? [`Not applicable to: ${dimension.notApplicableTo.join(", ")}.`, ""]
        : []),
      ...dimension.measures.flatMap((measure) => ofMeasure(measure)),
    ]),
    ...ofModel(model),
  ].join("\n");
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

function ofMeasure(measure: ScorecardMeasure): string[] {
  const text = SIGNALS[measure.signal];
  return [
    `### ${text.label}`,
    "",
    text.definition,
    "",
    "| | |",
    "| --- | --- |",
    `| share of its dimension | ${measure.weight}% |`,
    `| formula | ${text.formula} |`,
    `| unit | ${text.unit} |`,
    `| window | ${text.window} |`,
    `| source | ${text.source} |`,
    `| scale | ${ofScale(measure.scale)} |`,
    `| source of the scale | ${measure.source} |`,
    `| without data | ${text.missingRule} |`,
    `| remedy | ${text.remedy} |`,
    ...(text.isFinancial ? ["| who sees it | only readers with the financial grant |"] : []),
    "",
  ];
}

const ofScale = (scale: Scale): string =>
  scale.kind === "ramp"
    ? `straight lines through ${scale.points.map((p) => `${p.value} → ${p.score}`).join(", ")}`
    : `steps: ${scale.tiers.map((t) => `from ${t.from} → ${t.score}`).join(", ")}`;

function ofModel(model: ChurnModel): string[] {
  const base = 1 / (1 + Math.exp(-model.intercept.mean));
  return [
    `## Churn risk: within ${model.horizonDays} days`,
    "",
    model.note,
    "",
    `An account that is average in every feature has ${(base * 100).toFixed(1)}%. Bands: medium from ${percent(model.bands.medium)}, high from ${percent(model.bands.high)}.`,
    "",
    "| feature | mean | SD | counted within | log-odds per SD | its uncertainty |",
    "| --- | --- | --- | --- | --- | --- |",
    ...model.features.map(
      (f) =>
        `| ${f.label} | ${f.mean} | ${f.sd} | ${f.clamp.low} to ${f.clamp.high} | ${f.weight} | ${f.priorSd} |`,
    ),
    "",
  ];
}
