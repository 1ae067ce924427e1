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
export { algorithmPage } from "./algorithm/algorithm-page.ts";
export {
  type AccountHealthView,
  accountHealthView,
  type Band,
  bandSchema,
  type ChangeExplanation,
  type ChurnBand,
  type ChurnRisk,
  type Confidence,
  type Contribution,
  type CorrectionView,
  type Counterfactual,
  capSchema,
  changeExplanation,
  changeSchema,
  churnBandSchema,
  churnRiskSchema,
  confidenceSchema,
  contributionSchema,
  correctionViewSchema,
  dimensionSchema,
  freshnessSchema,
  type OverrideView,
  type Reason,
  type RedFlag,
  reasonSchema,
  type Segment,
  type SignalState,
  segmentSchema,
  signalStateSchema,
} from "./api/account-health.ts";
export {
  buildAccountHealthView,
  changeSince,
  type HealthReader,
  type HealthViewInput,
} from "./api/build-view.ts";
export { type Problem, problem } from "./api/problem.ts";
export {
  addAccount as addToBacktest,
  type BacktestAccount,
  type BacktestPlan,
  type BacktestProgress,
  type BacktestReport,
  type BandChange,
  backtestReportSchema,
  bandChangeSchema,
  type CardsBySegment,
  cardsOf,
  compareShadow,
  defaultCapacity,
  finishBacktest,
  finishPreview,
  MOST_CAPACITY,
  NEEDS_FINANCIAL_GRANT,
  type OutcomeCounts,
  type PreviewReport,
  previewReportSchema,
  type ShadowedAccount,
  type ShadowReport,
  type ShadowStanding,
  shadowReportSchema,
  startBacktest,
  tellDays,
  tellsOfMoney,
} from "./backtest/index.ts";
export { canonicalJson } from "./canonical-json.ts";
export type { AdditiveFeature, Hinge } from "./churn/additive-feature.ts";
export { type Evaluation, evaluatePredictions } from "./churn/evaluate-predictions.ts";
export { type ExpertPrior, expertPriorOf } from "./churn/expert-prior.ts";
export type { FeatureTable } from "./churn/feature-table.ts";
export { type ChurnFitInput, fitChurn } from "./churn/fit-churn.ts";
export { covarianceOf, fitMap, type GaussianPrior, type MapFit } from "./churn/fit-map.ts";
export type { FittedChurn, FittedFeature, MemberWeight } from "./churn/fitted-churn.ts";
export { logOddsContributions, predictChurn, predictChurnIntervals } from "./churn/predict-churn.ts";
export { seededRandom } from "./churn/random.ts";
export type { Auc } from "./churn/ranking.ts";
export type { ReliabilityBin } from "./churn/reliability.ts";
export { type FeatureRange, type Standardisation, standardisationOf } from "./churn/standardisation.ts";
export { type ChurnModelMeta, NO_SEPARATION, toChurnModel } from "./churn/to-churn-model.ts";
export { calibrationWarning, type DriftModel, driftWarnings } from "./churn/warnings.ts";
export type { Design } from "./churn/weighted-squares.ts";
export {
  type CorrectionEntry,
  correctionEntry,
  type DatedOverride,
  OVERRIDE_LIMIT_DAYS,
  OVERRIDE_LIMIT_POINTS,
  type Override,
  overrideSchema,
} from "./corrections/correction.ts";
export {
  type CorrectionReport,
  correctionReportSchema,
  reportCorrections,
} from "./corrections/correction-report.ts";
export {
  type CorrectionActor,
  correctionTargets,
  correctionView,
  correctionViews,
  type KeptCorrection,
  mayOverride,
  mayWithdraw,
} from "./corrections/correction-view.ts";
export {
  type Aftermath,
  JUDGED_WITHIN_DAYS,
  type JudgedCorrection,
  LATER_FROM_DAYS,
  LATER_TO_DAYS,
  MOVED_POINTS,
  type Verdict,
  verdictOn,
} from "./corrections/judge-corrections.ts";
export { FREE_MAIL_DOMAINS, normaliseDomain } from "./domains.ts";
export { DomainError, type DomainErrorCode } from "./errors.ts";
export {
  type CustomField,
  customFields,
  DEFAULT_FIELD_MAP,
  FIELD_LABELS,
  fieldMapDefaults,
  fieldMapTrouble,
  isCustomField,
  type MappedField,
  ZENDESK_FIELD_MAP,
  type ZendeskMappedField,
  zendeskFieldOf,
} from "./field-map.ts";
export { applyObservation, foldAsOf, foldObservations } from "./fold-observations.ts";
export { type Grants, maySeeFinancial } from "./grants.ts";
export {
  accountsOfAction,
  type MatchAction,
  matchAction,
  partyOfAction,
} from "./matches/match-action.ts";
export { linkConfidence, type MatchConfidence, suggestionConfidence } from "./matches/match-confidence.ts";
export {
  type MatchState,
  matchState,
  noMatches,
  pairKey,
  pairOf,
  withChange,
} from "./matches/match-state.ts";
export { type MatchDecision, type MatchPlan, type MatchScene, planMatch } from "./matches/plan-match.ts";
export { planUndo } from "./matches/plan-undo.ts";
export { type MatchResult, matchParty } from "./matching.ts";
export { normaliseName } from "./names.ts";
export { type Fact, fact, type Observation, observation } from "./observation.ts";
export { observationsOf, observationsOfRemoval, observationsOfReturn } from "./observe.ts";
export { FINANCIAL_MEASURES } from "./open-explanation.ts";
export { type Loss, lossesOf, settledOutcomes, type Told } from "./outcomes/customer-history.ts";
export { lostSentence, lostSince } from "./outcomes/lost-since.ts";
export {
  type Outcome,
  type OutcomeEntry,
  type OutcomeKind,
  type OutcomeReason,
  type OutcomeSource,
  outcomeEntry,
  outcomeKinds,
  outcomeReasonOf,
  outcomeReasons,
  outcomeSources,
} from "./outcomes/outcome.ts";
export {
  DEFAULT_OUTCOME_SETTINGS,
  type OutcomeSettings,
  outcomeSettings,
  outcomeSettingsOf,
} from "./outcomes/outcome-settings.ts";
export { outcomesOf } from "./outcomes/outcomes-of.ts";
export { type Holding, holdingsAt, type InForce, sourceKindOf, stillSays } from "./outlook/holdings.ts";
export { numberOfText } from "./outlook/number-of-text.ts";
export { type Outlook, outlookOf } from "./outlook/outlook.ts";
export { whatIsSaid } from "./outlook/what-is-said.ts";
export type { MatchRule, Party } from "./party.ts";
export { applyPolicy } from "./policy.ts";
export { openCorrections, openCorrectionTarget } from "./policy-of-corrections.ts";
export { applyExplanationPolicy } from "./policy-of-explanations.ts";
export {
  type Calculation,
  calculate,
  type KnownAccount,
  recalculate,
  resultOf,
  type Versions,
} from "./replay/calculate.ts";
export { type ResultDifference, resultDifferences } from "./replay/result-differences.ts";
export { memoryFor, memoryOf, remember, type VersionMemory } from "./replay/version-memory.ts";
export { type Role, roleSchema } from "./roles.ts";
export { definitionPage } from "./scorecards/definition-page.ts";
export { diffScorecards, NO_DIFFERENCE } from "./scorecards/diff-scorecards.ts";
export { type Block, blocksToHtml, blocksToMarkdown } from "./scorecards/page-blocks.ts";
export { type AccountAge, accountAge } from "./scoring/account-age.ts";
export { builtInChurnModel, builtInScorecard, builtInScorecards } from "./scoring/built-in-versions.ts";
export type { ChurnFeature, ChurnModel } from "./scoring/churn-model.ts";
export { CHURN_PRIOR_V1 } from "./scoring/churn-prior-v1.ts";
export { assertChurnModel, churnBandOf } from "./scoring/churn-risk.ts";
export { explainChange, trendDirection } from "./scoring/explain.ts";
export { explainPeriod, type Period, type Waypoint } from "./scoring/explain-period.ts";
export type { BandMemory, HealthResult, SourcesSeen } from "./scoring/health-result.ts";
export { measureScore, ramp, type Scale, scaleSchema, scaleTrouble, tiers } from "./scoring/measures.ts";
export { metricDictionary } from "./scoring/metric-dictionary.ts";
export { withOverrides } from "./scoring/override.ts";
export { RED_FLAGS, type RedFlagRule } from "./scoring/red-flags.ts";
export { type ScoreInput, scoreAccount } from "./scoring/score-account.ts";
export type { ScoreInputs, ScoreMemory } from "./scoring/score-inputs.ts";
export {
  parseScorecard,
  type Scorecard,
  type ScorecardDimension,
  type ScorecardMeasure,
} from "./scoring/scorecard.ts";
export { SCORECARD_DEFAULT_V1 } from "./scoring/scorecard-default-v1.ts";
export { SCORECARD_SIX_V1 } from "./scoring/scorecard-six-v1.ts";
export { SIGNALS } from "./scoring/signals/catalogue.ts";
export { type CustomSignal, customSignalSchema } from "./scoring/signals/custom-signal.ts";
export type { EvidenceRef } from "./scoring/signals/evidence.ts";
export { type MeasureText, measureTextOf } from "./scoring/signals/measure-text.ts";
export {
  type CustomSignalKey,
  isCustomSignalKey,
  isSignalKey,
  type MeasureKey,
  type SignalDefinition,
  type SignalKey,
  type SignalReading,
  type SignalText,
  type SourceKind,
  signalKeys,
} from "./scoring/signals/signal.ts";
export { DEFAULT_FRESHNESS, type FreshnessLimits } from "./scoring/signals/signal-context.ts";
export {
  type CompanyFact,
  type CustomValue,
  companyFacts,
  companyFields,
  contactFields,
  customKey,
  customValue,
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
export {
  CHURN_FEATURES,
  churnFeatureValues,
  featureTable,
  isInformative,
} from "./training/feature-values.ts";
export {
  type ModelReport,
  modelReport,
  type ReportMetrics,
  type RiskGroup,
} from "./training/model-report.ts";
export {
  MIN_ACCOUNTS_EACH,
  type TrainingResult,
  type TrainingTask,
  trainModel,
} from "./training/train-model.ts";
export {
  type TrainingAccount,
  type TrainingOptions,
  type TrainingRow,
  trainingRows,
} from "./training/training-rows.ts";
export { clamp, DAY_MS, daysBetween, HOUR_MS, MINUTE_MS, roundTo } from "./units.ts";
export {
  attributeEvents,
  type UsageChange,
  type UserGroup,
} from "./usage/attribute-events.ts";
export {
  type GroupGauges,
  gaugeObservations,
  groupGauges,
  USAGE_KEPT_DAYS,
  USAGE_WINDOW_DAYS,
} from "./usage/gauges.ts";
export { type EventType, eventTypes, type GroupTraits, type ProductEvent } from "./usage/product-event.ts";
export { DEFAULT_USAGE_MAP, type UsageMap, usageMap } from "./usage/usage-map.ts";
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
