import { financialIn, openReasons } from "./open-explanation.ts";
import type { HealthResult } from "./scoring/health-result.ts";
import { roundTo } from "./units.ts";
import { organizationChoice, WRITE_BACK_FIELDS, type WriteBackField } from "./write-back.ts";

export interface WriteBackOptions {
  /** Points of health score; `null` = no score 30 days ago. */
  change30d: number | null;
  /** 0–100; `null` = not known. */
  onboardingProgress: number | null;
  /** Keys of `WRITE_BACK_FIELDS` that the admin chose; `null` = the default selection. */
  keys: readonly string[] | null;
}

/** Lines of the reasons field. */
const MOST_LINES = 5;

type Value = string | number | boolean | null;

/**
 * HubSpot company properties, as text: numbers with a decimal point (scores at most one decimal, churn risk three),
 * flags `true` or `false`, instants ISO 8601; an empty text clears.
 */
export function writeBackValues(result: HealthResult, options: WriteBackOptions): Record<string, string> {
  return textOf(chosen(options.keys), (field) => shownValue(field.key, result, options));
}

/**
 * Zendesk organization fields, as text like the above, with the prefixed values of drop-downs; `zendeskFieldJson`
 * makes the API's JSON of it. Every agent sees these fields, so nothing goes there that a financial measure could
 * be worked out from: the growth score never, the other dimensions' only while no financial measure has a part in
 * the score, and the reasons without the financial ones.
 */
export function zendeskFieldValues(result: HealthResult, options: WriteBackOptions): Record<string, string> {
  return textOf(chosen(options.keys), (field) => {
    const value = openValue(field.key, result, options);
    return field.type === "choice" && typeof value === "string"
      ? organizationChoice(field.key, value)
      : value;
  });
}

const TYPES = new Map(WRITE_BACK_FIELDS.map((field) => [field.key, field.type]));

/** Numbers and flags as JSON's own, an empty text as `null`, the rest as it is. */
export function zendeskFieldJson(values: Readonly<Record<string, string>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, jsonOf(TYPES.get(key), text)]));
}

function jsonOf(type: WriteBackField["type"] | undefined, text: string): Value {
  if (text === "") return null;
  if (type === "flag") return text === "true";
  return type === "score" || type === "probability" || type === "number" ? Number(text) : text;
}

/** Whether two sets of values say the same; when they were calculated is no difference. */
export function sameDesired(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  keys.delete(SCORED_AT);
  return [...keys].every((key) => a[key] === b[key]);
}

const SCORED_AT = "bellwether_scored_at";

const chosen = (keys: readonly string[] | null): WriteBackField[] =>
  WRITE_BACK_FIELDS.filter((field) => (keys === null ? field.isDefault : keys.includes(field.key)));

const textOf = (
  fields: readonly WriteBackField[],
  valueFor: (field: WriteBackField) => Value,
): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [field.key, String(valueFor(field) ?? "")]));

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : roundTo(value, digits);

function shownValue(key: string, result: HealthResult, options: WriteBackOptions): Value {
  const hasScore = result.healthScore !== null;
  switch (key) {
    case "bellwether_health_score":
      return rounded(result.healthScore, 1);
    case "bellwether_health_band":
      return hasScore ? result.band : null;
    case "bellwether_engagement":
    case "bellwether_adoption":
    case "bellwether_satisfaction":
    case "bellwether_growth":
      return hasScore ? dimensionScore(key, result) : null;
    case "bellwether_segment":
      return result.segment;
    case "bellwether_at_risk":
      return result.atRisk.isAtRisk;
    case "bellwether_churn_risk":
      return rounded(result.churnRisk.probability, 3);
    case "bellwether_churn_band":
      return result.churnBand;
    case "bellwether_confidence":
      return hasScore ? result.confidence : "low";
    case "bellwether_trend_30d":
      return hasScore ? rounded(options.change30d, 1) : null;
    case "bellwether_reasons":
      return reasonLines(result.caps, result.reasons);
    case "bellwether_next_step":
      return result.nextStep;
    case "bellwether_onboarding_progress":
      return rounded(options.onboardingProgress, 1);
    case SCORED_AT:
      return result.scoredAt;
    case "bellwether_scorecard_version":
      return result.scorecardVersion;
    default:
      return null;
  }
}

const dimensionScore = (key: string, { dimensions }: HealthResult): number | null =>
  rounded(dimensions.find((d) => `bellwether_${d.dimension}` === key)?.score ?? null, 1);

const DIMENSION_KEYS: ReadonlySet<string> = new Set([
  "bellwether_engagement",
  "bellwether_adoption",
  "bellwether_satisfaction",
]);

function openValue(key: string, result: HealthResult, options: WriteBackOptions): Value {
  const isHidden = DIMENSION_KEYS.has(key) && hasFinancialPart(result);
  if (key === "bellwether_growth" || isHidden) return null;
  return key === "bellwether_reasons"
    ? reasonLines(result.caps, openReasons(result))
    : shownValue(key, result, options);
}

function hasFinancialPart({ contributions }: HealthResult): boolean {
  const isFinancial = financialIn(contributions);
  return contributions.some((c) => isFinancial(c.measure) && c.measureScore !== null);
}

/** Caps first, then the measures with their points; one per line. */
function reasonLines(caps: HealthResult["caps"], reasons: HealthResult["reasons"]): string {
  const lines = [
    ...caps.map((cap) => cap.sentence),
    ...reasons.map((reason) => `${signed(reason.points)} ${reason.sentence}`),
  ];
  return lines.slice(0, MOST_LINES).join("\n");
}

const signed = (points: number): string => {
  const shown = roundTo(points, 1);
  return shown < 0 ? `−${Math.abs(shown)}` : `+${shown}`;
};
