export { type BandChange, bandChangeSchema } from "./band-changes.ts";
export { finishBacktest, finishPreview } from "./build-report.ts";
export { compareShadow, type ShadowedAccount, tellDays } from "./compare-shadow.ts";
export { NEEDS_FINANCIAL_GRANT, tellsOfMoney } from "./financial-part.ts";
export { type BacktestAccount, type BacktestPlan, type CardsBySegment, cardsOf } from "./looks.ts";
export type { OutcomeCounts } from "./outcome-report.ts";
export {
  type BacktestReport,
  backtestReportSchema,
  type PreviewReport,
  previewReportSchema,
} from "./report.ts";
export {
  addAccount,
  type BacktestProgress,
  defaultCapacity,
  MOST_CAPACITY,
  startBacktest,
} from "./run-backtest.ts";
export { type ShadowReport, type ShadowStanding, shadowReportSchema } from "./shadow-report.ts";
