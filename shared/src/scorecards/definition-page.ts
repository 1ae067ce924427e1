import { OVERRIDE_LIMIT_DAYS, OVERRIDE_LIMIT_POINTS } from "../corrections/correction.ts";
import type { Scorecard, ScorecardDimension, ScorecardMeasure } from "../scoring/scorecard.ts";
import { measureTextOf } from "../scoring/signals/measure-text.ts";
import { CUSTOM_SIGNAL_FACTS } from "./diff-custom-signals.ts";
import type { Block } from "./page-blocks.ts";
import { rulesOf } from "./rules.ts";
import { exact, scaleWords } from "./scale-words.ts";

const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: "heading", level, text });
const text = (words: string): Block => ({ kind: "text", text: words });
const list = (items: readonly string[]): Block => ({ kind: "list", items });

/** A scorecard in plain language, generated from the definition and the catalogue of signals. */
export function definitionPage(scorecard: Scorecard): Block[] {
  const { name, version, dimensions, bands } = scorecard;
  return [
    heading(1, `${name} (${version})`),
    text(
      "The health score is a number from 0 to 100; higher is healthier. It is made of dimensions, and each of them of measures from 0 to 100, weighted as below.",
    ),
    {
      kind: "table",
      head: ["Dimension", "Counts", "For"],
      rows: dimensions.map((d) => [d.label, `${exact(d.weight)} of 100`, audienceOf(d)]),
    },
    ...dimensions.flatMap((dimension) => ofDimension(scorecard, dimension)),
    ...ofCustomSignals(scorecard),
    heading(2, "When something is not known"),
    text(
      "A measure without data drops out and its weight is shared among the others of its dimension; a dimension without any measure shares its weight among the other dimensions. Silence is not satisfaction: what is not known lowers the coverage, and with it the confidence.",
    ),
    list(rulesOf(scorecard, "coverageFloor", "confidence")),
    text(
      "High confidence also needs sources that are all up to date; data that is too old is shown as such.",
    ),
    list(rulesOf(scorecard, "freshnessHours")),
    heading(2, "Bands"),
    text(
      `Red is below ${exact(bands.yellowFrom)}, yellow from there, green from ${exact(bands.greenFrom)}. A band does not change at every touch of a line: it falls after two looks under it or at once when far under it, and rises one band at a time.`,
    ),
    list(rulesOf(scorecard, "bands")),
    heading(2, "Caps"),
    text("Some facts hold the score down whatever else is good, for as long as they are true."),
    list(rulesOf(scorecard, "caps")),
    heading(2, "At risk"),
    text("An account is at risk in the red band, under a cap, or with a high churn risk."),
    list(rulesOf(scorecard, "atRisk")),
    heading(2, "A person's word"),
    text(
      `A person may set the band, or add or take at most ${OVERRIDE_LIMIT_POINTS} points, with a reason and for ${OVERRIDE_LIMIT_DAYS} days at most. The calculated score stays visible beside it, and caps still hold.`,
    ),
  ];
}

/** Signals on properties and fields that an admin mapped. */
function ofCustomSignals({ customSignals }: Scorecard): Block[] {
  if (customSignals.length === 0) return [];
  const facts = CUSTOM_SIGNAL_FACTS.slice(1);
  return [
    heading(2, "Signals of your own"),
    list(
      customSignals.map(
        (signal) =>
          `${signal.label}: ${facts.map(({ what, value }) => `${what} ${value(signal)}`).join("; ")}.`,
      ),
    ),
  ];
}

const audienceOf = ({ notApplicableTo }: ScorecardDimension): string =>
  notApplicableTo.length === 0 ? "all accounts" : `all but ${notApplicableTo.join(" and ")} accounts`;

function ofDimension(scorecard: Scorecard, dimension: ScorecardDimension): Block[] {
  return [
    heading(2, `${dimension.label}: ${exact(dimension.weight)} of 100`),
    {
      kind: "table",
      head: ["Measure", "Counts", "What it is", "How it becomes 0 to 100", "Why these numbers"],
      rows: dimension.measures.map((measure) => ofMeasure(scorecard, dimension, measure)),
    },
    list(
      dimension.measures.map(({ signal }) => {
        const { label, missingRule, remedy, window } = measureTextOf(scorecard.customSignals, signal);
        return `${label} (looks at: ${window}). ${missingRule} ${remedy}`;
      }),
    ),
  ];
}

function ofMeasure(
  { customSignals }: Scorecard,
  dimension: ScorecardDimension,
  measure: ScorecardMeasure,
): string[] {
  const { label, definition, unit } = measureTextOf(customSignals, measure.signal);
  const ofAll = exact(Number(((measure.weight * dimension.weight) / 100).toFixed(2)));
  return [
    label,
    `${exact(measure.weight)}% of ${dimension.label}, ${ofAll} of 100`,
    definition,
    scaleWords(measure.scale, unit),
    measure.source,
  ];
}
