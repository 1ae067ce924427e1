import type { BacktestReport, TenantId } from "@bellwether/shared";
import { storedOrTemplate } from "./known-scorecards.ts";
import { openReport, type ReportReader } from "./open-report.ts";
import type { Clock, JobQueue, ScorecardStore } from "./ports.ts";
import { definitionText, isDead, type StoredBacktest, stateOf, storedBacktest } from "./stored-backtest.ts";
import { type DefinitionDeps, tenantDefinitions } from "./tenant-definitions.ts";

export interface GetBacktestDeps extends DefinitionDeps {
  scorecards: ScorecardStore;
  queue: Pick<JobQueue, "enqueue">;
  connect: { sha256(text: string): string };
  clock: Clock;
}

export interface ChangesPage {
  offset: number;
  limit: number;
}

/** State and report of a version's backtest. One that nobody works on any more is sent on. @throws {AppError} `not_found` */
export async function getBacktest(
  deps: GetBacktestDeps,
  tenant: TenantId,
  version: string,
  { reader, ...changes }: ChangesPage & { reader: ReportReader },
) {
  const card = await storedOrTemplate(deps, tenant, version);
  const stored = storedBacktest(card);
  const now = deps.clock.now();
  if (stored !== null && isDead(stored.run, now))
    await deps.queue.enqueue("backtest", { tenantId: tenant, version });
  const hash = deps.connect.sha256(definitionText(card));
  const outdated = stored?.result
    ? await outdatedBecause(deps, tenant, now, { hash, result: stored.result })
    : null;
  return {
    ...stateOf(stored),
    outdated,
    report: stored?.result ? pageOf(stored.result.report, changes, reader) : null,
  };
}

/** Why a report no longer says what it would say today; `null` = it does. */
async function outdatedBecause(
  deps: GetBacktestDeps,
  tenant: TenantId,
  now: Date,
  { hash, result }: { hash: string; result: NonNullable<StoredBacktest["result"]> },
): Promise<string | null> {
  if (result.definitionHash !== hash)
    return "This version was edited after the backtest. Run it again to see what it would do now.";
  const { scorecardFor, churnModel } = await tenantDefinitions(deps, tenant, now);
  const { current, churnModel: churnVersion } = result.report.versions;
  const isOther = (["new", "growing", "established"] as const).some(
    (segment) => scorecardFor(segment).version !== current[segment],
  );
  if (isOther)
    return "Another scorecard has come into force since. Run the backtest again to compare with that one.";
  if (churnModel.version !== churnVersion)
    return "Another churn model has come into force since. Run the backtest again to see what it changes.";
  return null;
}

/** The report with one page of its changes; `next` = `null` on the last one. */
function pageOf(whole: BacktestReport, { offset, limit }: ChangesPage, reader: ReportReader) {
  const report = openReport(whole, reader);
  const { total, needsGrant, items } = report.changes;
  const next = offset + limit < items.length ? offset + limit : null;
  return {
    ...report,
    changes: { total, needsGrant, kept: items.length, items: items.slice(offset, offset + limit), next },
  };
}
