export {
  type AccountState,
  type ContactRegister,
  type ContactValue,
  type DealRegister,
  type DealValue,
  emptyAccountState,
  type LastRole,
  type ProfileValue,
  profileRegister,
  profileValue,
  type RatingRegister,
  type RatingValue,
  type Register,
  type TicketValue,
  type Touch,
  type UsagePoint,
  type UsageSeries,
} from "./account-state.ts";
export {
  type AccountHealthView,
  accountHealthView,
  type Band,
  bandSchema,
  type ChurnBand,
  type ChurnRisk,
  type Confidence,
  type Contribution,
  capSchema,
  changeSchema,
  churnBandSchema,
  churnRiskSchema,
  confidenceSchema,
  contributionSchema,
  dimensionSchema,
  freshnessSchema,
  type Reason,
  reasonSchema,
  type Segment,
  type SignalState,
  segmentSchema,
  signalStateSchema,
} from "./api/account-health.ts";
export { buildAccountHealthView, changeSince, type HealthViewInput } from "./api/build-view.ts";
export { type Problem, problem } from "./api/problem.ts";
export { FREE_MAIL_DOMAINS, normaliseDomain } from "./domains.ts";
export { DomainError, type DomainErrorCode } from "./errors.ts";
export { DEFAULT_FIELD_MAP, type MappedField } from "./field-map.ts";
export { applyObservation, foldAsOf, foldObservations } from "./fold-observations.ts";
export { type MatchResult, matchParty } from "./matching.ts";
export { normaliseName } from "./names.ts";
export { type Fact, fact, type Observation, observation } from "./observation.ts";
export { observationsOf, observationsOfRemoval } from "./observe.ts";
export { FINANCIAL_MEASURES } from "./open-explanation.ts";
export type { MatchRule, Party } from "./party.ts";
export { applyPolicy, type Grants, maySeeFinancial } from "./policy.ts";
export { type Role, roleSchema } from "./roles.ts";
export { type AccountAge, accountAge } from "./scoring/account-age.ts";
export type { ChurnFeature, ChurnModel } from "./scoring/churn-model.ts";
export { CHURN_PRIOR_V1 } from "./scoring/churn-prior-v1.ts";
export { assertChurnModel, churnBandOf } from "./scoring/churn-risk.ts";
export { explainChange, trendDirection } from "./scoring/explain.ts";
export type { BandMemory, HealthResult, SourcesSeen } from "./scoring/health-result.ts";
export { measureScore, ramp, type Scale, scaleSchema, scaleTrouble, tiers } from "./scoring/measures.ts";
export { metricDictionary } from "./scoring/metric-dictionary.ts";
export { type ScoreInput, scoreAccount } from "./scoring/score-account.ts";
export {
  parseScorecard,
  type Scorecard,
  type ScorecardDimension,
  type ScorecardMeasure,
} from "./scoring/scorecard.ts";
export { SCORECARD_DEFAULT_V1 } from "./scoring/scorecard-default-v1.ts";
export { SIGNALS } from "./scoring/signals/catalogue.ts";
export {
  type SignalDefinition,
  type SignalKey,
  type SignalReading,
  type SignalText,
  type SourceKind,
  signalKeys,
} from "./scoring/signals/signal.ts";
export { DEFAULT_FRESHNESS, type FreshnessLimits } from "./scoring/signals/signal-context.ts";
export {
  companyFields,
  contactFields,
  dealFields,
  type FieldsOf,
  type ObjectType,
  objectTypes,
  organizationFields,
  type RecordRef,
  type RefKey,
  ratingFields,
  recordRef,
  refKey,
  type SourceRecord,
  sourceRecord,
  ticketFields,
  type UsageMetric,
  usageMetrics,
  userFields,
} from "./source-record.ts";
export {
  type AccountId,
  accountId,
  type ConnectionId,
  connectionId,
  type Platform,
  portalId,
  subdomain,
  type TenantId,
  tenantId,
} from "./tenant.ts";
export { clamp, DAY_MS, daysBetween, HOUR_MS, MINUTE_MS, roundTo } from "./units.ts";
export {
  organizationChoice,
  PROPERTY_GROUP,
  TICKET_BAND_FIELD,
  ticketBandValue,
  WRITE_BACK_FIELDS,
  type WriteBackField,
} from "./write-back.ts";
export {
  sameDesired,
  type WriteBackOptions,
  writeBackValues,
  zendeskFieldJson,
  zendeskFieldValues,
} from "./write-back-values.ts";
