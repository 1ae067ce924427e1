import {
  addToBacktest,
  finishPreview,
  type PreviewReport,
  startBacktest,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import { openReport, type ReportReader } from "./open-report.ts";
import type { ScorecardStore } from "./ports.ts";
import { type PlanDeps, readAccounts, scorecardPlan } from "./scorecard-plan.ts";

/** Accounts up to which a request can wait for it. */
const MOST_ACCOUNTS = 5_000;
const PAGE = 200;

/**
 * What a version would change today: distribution and every account that changes band, without the past.
 * @throws {AppError} `not_found`, `conflict` where the book is too large for an answer at once
 */
export async function previewScorecard(
  deps: PlanDeps & { scorecards: ScorecardStore },
  tenant: TenantId,
  version: string,
  reader: ReportReader,
): Promise<PreviewReport> {
  const card = await storedOrTemplate(deps, tenant, version);
  const total = await deps.accounts.count(tenant);
  if (total > MOST_ACCOUNTS)
    throw new AppError(
      "conflict",
      `A preview is there for up to ${MOST_ACCOUNTS} customers, and you have ${total}. Run the backtest: it shows the same and more.`,
    );
  const now = deps.clock.now();
  const plan = await scorecardPlan(deps, tenant, card, { now, weeks: 0 });
  const progress = startBacktest({ weeks: 0, capacity: 1 });
  for (let after: string | null = null; ; ) {
    const page = await readAccounts(deps, tenant, { now, after, limit: PAGE });
    for (const account of page.accounts) addToBacktest(progress, plan, account);
    if (page.next === null) return openReport(finishPreview(progress, plan), reader);
    after = page.next;
  }
}
