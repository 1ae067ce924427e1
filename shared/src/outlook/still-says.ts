import type { ChurnModel } from "../scoring/churn-model.ts";
import type { SourcesSeen } from "../scoring/health-result.ts";
import { measureScore, type Scale } from "../scoring/measures.ts";
import { isPastLimit, RED_FLAGS } from "../scoring/red-flags.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { daysCounted, movingLogOdds } from "./moving-terms.ts";
import type { LivingOutlook, Outlook } from "./outlook.ts";
import { staleSources } from "./stale-sources.ts";

/** What is in force for an account at a moment. */
export interface InForce {
  scorecard: Scorecard;
  churnModel: ChurnModel;
  sources: SourcesSeen;
  settings: number;
}

/**
 * Whether a calculation now would say the same as the one that the outlook was made with, apart from its times and
 * from texts that count days on. In doubt `false`: then the whole calculation decides.
 */
export function stillSays(outlook: Outlook, inForce: InForce, nowMs: number): boolean {
  if (outlook.settings !== inForce.settings) return false;
  return outlook.isLost || livingSays(outlook, inForce, nowMs);
}

function livingSays(
  outlook: LivingOutlook,
  { scorecard, churnModel, sources }: InForce,
  nowMs: number,
): boolean {
  if (nowMs < outlook.madeAt || nowMs >= outlook.until) return false;
  if (outlook.versions !== versionsOf(scorecard, churnModel)) return false;
  if (outlook.stale !== staleSources(outlook, scorecard.freshnessHours, sources, nowMs)) return false;
  return countsAreLevel(outlook, scorecard, nowMs) && churnIsLevel(outlook, scorecard, churnModel, nowMs);
}

const texts = new WeakMap<Scorecard, WeakMap<ChurnModel, string>>();
function versionsOf(scorecard: Scorecard, churnModel: ChurnModel): string {
  const ofCard = texts.get(scorecard) ?? new WeakMap<ChurnModel, string>();
  texts.set(scorecard, ofCard);
  const text = ofCard.get(churnModel) ?? `${scorecard.version}/${churnModel.version}`;
  ofCard.set(churnModel, text);
  return text;
}

/** Whether every signal that counts days is where its measure is level, and on the same side of every line. */
function countsAreLevel({ terms, madeAt }: LivingOutlook, scorecard: Scorecard, nowMs: number): boolean {
  for (const [signal, since] of terms.counting) {
    const [then, now] = [daysCounted(since, madeAt), daysCounted(since, nowMs)];
    for (const scale of scalesOf(scorecard, signal))
      if (measureScore(scale, then) !== measureScore(scale, now)) return false;
    for (const { signs } of RED_FLAGS)
      for (const sign of signs)
        if (sign.signal === signal && isPastLimit(sign.limit, then) !== isPastLimit(sign.limit, now))
          return false;
  }
  return true;
}

const scalesByCard = new WeakMap<Scorecard, ReadonlyMap<string, readonly Scale[]>>();
function scalesOf(scorecard: Scorecard, signal: string): readonly Scale[] {
  let known = scalesByCard.get(scorecard);
  if (known === undefined) {
    const measures = scorecard.dimensions.flatMap((dimension) => dimension.measures);
    const grouped = Map.groupBy(measures, (measure): string => measure.signal);
    known = new Map([...grouped].map(([key, group]) => [key, group.map(({ scale }) => scale)] as const));
    scalesByCard.set(scorecard, known);
  }
  return known.get(signal) ?? [];
}

/** Probabilities are rounded to six decimals, and sums in another order differ in the last bits. */
const DOUBT = 2e-6;

function churnIsLevel(
  { churn, terms }: LivingOutlook,
  { atRisk }: Scorecard,
  { features, bands }: ChurnModel,
  nowMs: number,
): boolean {
  if (churn === null) return true;
  let logOdds = churn.rest;
  for (const feature of features) logOdds += movingLogOdds(feature, terms, nowMs);
  const probability = 1 / (1 + Math.exp(-logOdds));
  const [low, high] = [probability - DOUBT, probability + DOUBT];
  if (Math.round(low * 1000) !== churn.shown || Math.round(high * 1000) !== churn.shown) return false;
  const line = churn.isAtRisk ? atRisk.leaveBelow : atRisk.enterAt;
  for (const limit of [bands.medium, bands.high, line]) {
    const wasOver = churn.probability >= limit;
    if (low >= limit !== wasOver || high >= limit !== wasOver) return false;
  }
  return true;
}
