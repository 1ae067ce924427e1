import { canonicalJson } from "../canonical-json.ts";
import type { Scale } from "../scoring/measures.ts";
import type { Scorecard, ScorecardDimension, ScorecardMeasure } from "../scoring/scorecard.ts";
import { type MeasureText, measureTextOf } from "../scoring/signals/measure-text.ts";
import { exact, type Step, scaleWords, stepsOf, withUnit } from "./scale-words.ts";

interface Placed {
  measure: ScorecardMeasure;
  dimension: ScorecardDimension;
  text: MeasureText;
}
const placed = (scorecard: Scorecard): Map<string, Placed> =>
  new Map(
    scorecard.dimensions.flatMap((dimension) =>
      dimension.measures.map((measure) => [
        measure.signal,
        { measure, dimension, text: measureTextOf(scorecard.customSignals, measure.signal) },
      ]),
    ),
  );
const labelOf = ({ text }: Placed): string => text.label;

/** What became of the measures, in the order of the new definition, those that are gone last. */
export function diffMeasures(before: Scorecard, after: Scorecard): string[] {
  const [old, now] = [placed(before), placed(after)];
  const changed = [...now].flatMap(([signal, place]) => {
    const was = old.get(signal);
    if (was) return diffMeasure(was, place);
    return [`${labelOf(place)} is new in ${place.dimension.label} with ${exact(place.measure.weight)}%.`];
  });
  const gone = [...old].flatMap(([signal, place]) =>
    now.has(signal) ? [] : [`${labelOf(place)} no longer counts in ${place.dimension.label}.`],
  );
  return [...changed, ...gone];
}

function diffMeasure(was: Placed, now: Placed): string[] {
  const label = labelOf(now);
  const { signal: _, weight, scale, source, ...more } = now.measure;
  const { signal: __, weight: oldWeight, scale: oldScale, source: oldSource, ...oldMore } = was.measure;
  const [share, oldShare] = [`${exact(weight)}%`, `${exact(oldWeight)}%`];
  const hasMoved = was.dimension.key !== now.dimension.key;
  return [
    ...(hasMoved
      ? [`${label} moved from ${was.dimension.label} to ${now.dimension.label}, with ${share} there.`]
      : []),
    ...(!hasMoved && weight !== oldWeight
      ? [`${label} counts ${share} of ${now.dimension.label} instead of ${oldShare}.`]
      : []),
    ...diffScale(label, now.text.unit, oldScale, scale),
    ...(source === oldSource ? [] : [`The reason given for the scale of ${label} is now “${source}”.`]),
    ...(canonicalJson(more) === canonicalJson(oldMore) ? [] : [`Something else about ${label} changed.`]),
  ];
}

function diffScale(label: string, unit: string, was: Scale, now: Scale): string[] {
  const [old, steps] = [stepsOf(was), stepsOf(now)];
  if (was.kind !== now.kind || old.length !== steps.length)
    return [`${label} is now measured by: ${scaleWords(now, unit)} (was: ${scaleWords(was, unit)}).`];
  return steps.flatMap((step, i) => {
    const before = old[i] ?? step;
    return before.at === step.at && before.score === step.score
      ? []
      : [
          `The ${now.kind === "ramp" ? "ramp" : "steps"} of ${label} ${stepWords(now.kind, unit, before, step)}.`,
        ];
  });
}

function stepWords(kind: Scale["kind"], unit: string, was: Step, now: Step): string {
  const reaches = kind === "ramp" ? "now reaches" : "now give";
  const at = kind === "ramp" ? "at" : "from";
  const [oldPlace, place] = [withUnit(unit, was.at), withUnit(unit, now.at)];
  const words = `${reaches} ${exact(now.score)} ${at} ${place}`;
  if (was.score === now.score) return `${words} (was ${oldPlace})`;
  if (was.at === now.at) return `${words} (was ${exact(was.score)})`;
  return `${words} (was ${exact(was.score)} ${at} ${oldPlace})`;
}
