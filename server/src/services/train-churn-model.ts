import {
  CHURN_PRIOR_V1,
  type ChurnModel,
  MINUTE_MS,
  modelReport,
  type TenantId,
  type TrainingResult,
  type TrainingRow,
  trainingRows,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { outcomeSettingsFor } from "./outcome-settings.ts";
import type {
  AccountStore,
  ChurnModelStore,
  Clock,
  ConnectionRepository,
  Log,
  OutcomeStore,
  ScoreStore,
  StoredChurnModel,
  TrainingRun,
  TrainModel,
} from "./ports.ts";
import { tenantSources } from "./scoring-inputs.ts";

export interface TrainDeps {
  churnModels: ChurnModelStore;
  outcomes: OutcomeStore;
  accounts: AccountStore;
  scores: ScoreStore;
  connections: ConnectionRepository;
  trainModel: TrainModel;
  clock: Clock;
  log: Log;
}

const PAGE = 100;
/** A run that is not over by then died with its process. */
const LONGEST_RUN_MS = 30 * MINUTE_MS;

export const isDead = (run: TrainingRun, now: Date): boolean =>
  run.status === "running" && now.getTime() - run.startedAt.getTime() > LONGEST_RUN_MS;

/**
 * Works off the tenant's waiting run: reads every history, learns, judges, and keeps the model as a challenger. It is
 * not put in force. A run whose process died begins anew with the repeated job, or is called failed after half an hour.
 */
export async function trainChurnModel(deps: TrainDeps, tenant: TenantId): Promise<void> {
  const [newest] = await deps.churnModels.runs(tenant, 1);
  if (newest?.status !== "running" || isDead(newest, deps.clock.now())) return;
  let run = newest;
  const save = (change: Partial<TrainingRun>): Promise<void> => {
    run = { ...run, ...change };
    return deps.churnModels.saveRun(tenant, run);
  };
  try {
    await save(await learn(deps, tenant, save));
  } catch (error) {
    deps.log.error({ err: error, tenant }, "a training run failed");
    await save({
      status: "failed",
      detail: "The training met an error, which is in the log. Nothing was changed; start it again.",
      finishedAt: deps.clock.now(),
    });
  }
}

type Progress = (change: Partial<TrainingRun>) => Promise<void>;

async function learn(deps: TrainDeps, tenant: TenantId, save: Progress): Promise<Partial<TrainingRun>> {
  const { rows, accounts, horizonDays } = await readRows(deps, tenant, save);
  const read = { done: accounts, total: accounts };
  await save({ ...read, detail: `Learning from ${accounts} accounts, looked at ${rows.length} times.` });
  const { champion, championUntil } = await championOf(deps, tenant);
  const task = { rows, horizonDays, expert: CHURN_PRIOR_V1, champion, championUntil };
  const result = await deps.trainModel(task);
  return { ...read, ...(await keep(deps, tenant, result)), finishedAt: deps.clock.now() };
}

async function readRows(
  deps: TrainDeps,
  tenant: TenantId,
  save: Progress,
): Promise<{ rows: TrainingRow[]; accounts: number; horizonDays: number }> {
  const now = deps.clock.now();
  const { seen, connections } = await tenantSources(deps.connections, tenant);
  const settings = outcomeSettingsFor(connections);
  const rows: TrainingRow[] = [];
  let accounts = 0;
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ids = page.accounts.map((account) => account.id);
    const outcomes = await deps.outcomes.believed(tenant, ids);
    for (const ledger of await deps.scores.ledgers(tenant, ids, now)) {
      const account = { ...ledger, outcomes: outcomes.get(ledger.accountId) ?? [] };
      rows.push(...trainingRows(account, { now, settings, ticketsFrom: seen.ticketsFrom }));
    }
    accounts += ids.length;
    await save({ done: accounts, detail: `Reading histories: ${accounts} accounts so far.` });
    if (page.next === null) return { rows, accounts, horizonDays: settings.horizonDays };
    after = page.next;
  }
}

/** The model in force, and up to when it has learned. */
async function championOf(
  deps: TrainDeps,
  tenant: TenantId,
): Promise<{ champion: ChurnModel; championUntil: number | null }> {
  const champion = await deps.churnModels.inForce(tenant);
  if (champion === null) return { champion: CHURN_PRIOR_V1, championUntil: null };
  const stored = await deps.churnModels.find(tenant, champion.version);
  const report = modelReport.safeParse(stored?.report);
  return { champion, championUntil: report.success ? Date.parse(report.data.dates.dataUntil) : null };
}

async function keep(
  deps: TrainDeps,
  tenant: TenantId,
  result: TrainingResult,
): Promise<Pick<TrainingRun, "status" | "detail" | "version">> {
  if (result.kind === "not_enough_outcomes")
    return { status: "not_enough_outcomes", detail: result.detail, version: null };
  const { model, report } = result;
  const { version } = model;
  const isNew = await insertNew(deps, tenant, {
    version,
    status: "challenger",
    model,
    report,
    trainedAt: deps.clock.now(),
    proposedBy: null,
    proposedAt: null,
    approvedBy: null,
    approvedAt: null,
  });
  const detail = isNew
    ? `A new model is there. ${report.againstChampion.words}`
    : "The outcomes are the same as before, and so is the model learned from them.";
  return { status: "done", detail, version };
}

/** @returns `false` where the same outcomes have led to this model before */
async function insertNew(deps: TrainDeps, tenant: TenantId, model: StoredChurnModel): Promise<boolean> {
  try {
    await deps.churnModels.insert(tenant, model);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return false;
    throw error;
  }
}
