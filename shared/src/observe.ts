import { canonicalJson, compareText } from "./canonical-json.ts";
import type { Fact, Observation } from "./observation.ts";
import {
  type DatedFact,
  type Gauge,
  instantText,
  type RecordFacts,
  type RegisterFact,
  recordFacts,
} from "./record-facts.ts";
import { type RecordRef, refKey, type SourceRecord } from "./source-record.ts";

/**
 * What the version `after` says more than the version `before`, as dated facts of every party that the record
 * belongs to. The same content gives nothing; the same pair gives the same observations. A version older than
 * the one already known gives nothing either: the newer one has taken its place.
 */
export function observationsOf(before: SourceRecord | null, after: SourceRecord): Observation[] {
  if (before !== null && instantText(after.updatedAt) < instantText(before.updatedAt)) return [];
  const changedAt = changeTime(before, instantText(after.updatedAt));
  const was = before === null ? null : { facts: recordFacts(before), parties: partiesOf(before) };
  const is = { facts: recordFacts(after), parties: partiesOf(after) };
  const isUntouched = before !== null && instantText(after.updatedAt) === instantText(before.updatedAt);
  const found: Observation[] = [];
  for (const subject of is.parties) {
    const known = was?.parties.has(subject) ? was.facts : null;
    const said =
      known === null
        ? allFacts(is.facts, changedAt, isUntouched)
        : newFacts(known, is.facts, before, changedAt);
    for (const { at, fact } of said) found.push(observation(after, subject, at, fact));
  }
  for (const subject of was?.parties ?? []) {
    if (is.parties.has(subject)) continue;
    for (const { gone } of was?.facts.registers ?? [])
      found.push(observation(after, subject, changedAt, gone));
  }
  return inOrder(found);
}

/**
 * What a record says that was removed and is there again since its `updatedAt`. Its gauges as well: their dated
 * history ends before the removal, which would go on counting.
 */
export function observationsOfReturn(after: SourceRecord): Observation[] {
  const at = instantText(after.updatedAt);
  const { points, gauges } = recordFacts(after);
  const again = gauges.filter((gauge) => gauge.value !== null && isLastPoint(points, gauge));
  const parties = [...partiesOf(after)];
  return inOrder([
    ...observationsOf(null, after),
    ...parties.flatMap((subject) => again.map((gauge) => observation(after, subject, at, gauge))),
  ]);
}

/** What it means for the parties of a record that it is gone at its platform. */
export function observationsOfRemoval(before: SourceRecord, at: Date): Observation[] {
  const removedAt = changeTime(before, at.toISOString());
  const { registers, gauges } = recordFacts(before);
  const lost: Fact[] = [
    ...registers.filter((r) => r.current.value !== null).map((r) => r.gone),
    ...gauges.filter((g) => g.value !== null).map((g) => ({ ...g, value: null })),
  ];
  const parties = [...partiesOf(before)];
  return inOrder(
    parties.flatMap((subject) => lost.map((fact) => observation(before, subject, removedAt, fact))),
  );
}

/**
 * When a change became known. Platforms that keep whole seconds give two versions the same time; the later
 * version's facts then come a millisecond after, or the fold could not tell them apart.
 */
function changeTime(before: SourceRecord | null, changedAt: string): string {
  if (before === null || changedAt > instantText(before.updatedAt)) return changedAt;
  return new Date(Date.parse(before.updatedAt) + 1).toISOString();
}

const isParty = (ref: RecordRef): boolean =>
  ref.objectType === "company" || ref.objectType === "organization";

function partiesOf(record: SourceRecord): ReadonlySet<string> {
  return new Set((isParty(record.ref) ? [record.ref] : record.links.filter(isParty)).map(refKey));
}

/**
 * Everything, for a party that the record is new to. The present is said once more at the time of the change,
 * so that a record that was taken away and came back is there again. A rating keeps its date: it is said once more
 * only where nothing but its links has changed, because that is told as of its last change.
 */
function allFacts(
  { registers, points, gauges }: RecordFacts,
  changedAt: string,
  isUntouched: boolean,
): DatedFact[] {
  const facts: DatedFact[] = [];
  for (const { current, past, since } of registers) {
    facts.push(...past.filter(({ at }) => at < changedAt));
    const isFixed = current.kind === "rating" && since !== null && since < changedAt && !isUntouched;
    const isUnsaid = (current.kind === "profile" || current.kind === "custom") && current.value === null;
    if (!isFixed && !isUnsaid) facts.push({ at: changedAt, fact: current });
  }
  const undated = gauges.filter((gauge) => gauge.value !== null && !isLastPoint(points, gauge));
  return [...facts, ...points, ...undated.map((fact) => ({ at: changedAt, fact }))];
}

function newFacts(
  known: RecordFacts,
  { registers, points, gauges }: RecordFacts,
  before: SourceRecord | null,
  changedAt: string,
): DatedFact[] {
  const lastChange = before === null ? "" : instantText(before.updatedAt);
  const facts: DatedFact[] = [];
  for (const register of registers) {
    const old = known.registers.find((r) => isSameName(r, register));
    if (old !== undefined && canonicalJson(old.current.value) === canonicalJson(register.current.value))
      continue;
    facts.push({ at: timeOf(register, lastChange, changedAt), fact: register.current });
  }
  for (const register of known.registers) {
    const isUnmapped = register.current.kind === "custom" && !registers.some((r) => isSameName(r, register));
    if (isUnmapped) facts.push({ at: changedAt, fact: register.gone });
  }
  const saidBefore = new Set(known.points.map(nameOfPoint));
  facts.push(...points.filter((point) => !saidBefore.has(nameOfPoint(point))));
  for (const gauge of gauges) {
    const old = known.gauges.find((g) => isSameGauge(g, gauge))?.value ?? null;
    if (old === gauge.value) continue;
    // another property may have been mapped: its history must not lose against what the one before said last
    const lastPoint = lastPointOf(points, gauge);
    const isSaid = lastPoint?.fact.value === gauge.value && (old === null || lastPoint.at > lastChange);
    if (!isSaid) facts.push({ at: changedAt, fact: gauge });
  }
  for (const gauge of known.gauges) {
    const isUnmapped = gauge.value !== null && !gauges.some((g) => isSameGauge(g, gauge));
    if (isUnmapped) facts.push({ at: changedAt, fact: { ...gauge, value: null } });
  }
  return facts;
}

/** The same for the same fact of the same moment. */
const nameOfPoint = ({ at, fact: { kind, key, value } }: DatedFact): string =>
  `${at} ${kind} ${JSON.stringify(key)} ${typeof value === "object" ? canonicalJson(value) : JSON.stringify(value)}`;

const isSameGauge = (a: Gauge, b: Gauge): boolean => a.kind === b.kind && a.key === b.key;

const isSameName = (a: RegisterFact, b: RegisterFact): boolean =>
  a.current.kind === b.current.kind && a.current.key === b.current.key;

/** Its own date, if that lies after the version before: an earlier one would lose against what was known then. */
const timeOf = ({ since }: RegisterFact, lastChange: string, changedAt: string): string =>
  since !== null && since > lastChange && since < changedAt ? since : changedAt;

/** Whether the dated history already ends with the gauge's value. */
const isLastPoint = (points: readonly DatedFact[], gauge: Gauge): boolean =>
  lastPointOf(points, gauge)?.fact.value === gauge.value;

function lastPointOf(points: readonly DatedFact[], gauge: Gauge): DatedFact | null {
  let last: DatedFact | null = null;
  for (const point of points) {
    if (point.fact.kind !== gauge.kind || point.fact.key !== gauge.key) continue;
    if (last === null || point.at >= last.at) last = point;
  }
  return last;
}

const observation = (record: SourceRecord, subject: string, at: string, fact: Fact): Observation => ({
  ...fact,
  subject,
  source: record.ref.platform,
  at,
});

const inOrder = (observations: readonly Observation[]): Observation[] =>
  observations.toSorted(
    (a, b) =>
      compareText(a.at, b.at) ||
      compareText(a.subject, b.subject) ||
      compareText(a.kind, b.kind) ||
      compareText(a.key, b.key),
  );
