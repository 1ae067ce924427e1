import {
  type AccountId,
  CHURN_PRIOR_V1,
  type ChurnModel,
  calibrationWarning,
  churnFeatureValues,
  DAY_MS,
  driftWarnings,
  featureTable,
  foldObservations,
  isInformative,
  lossesOf,
  type TenantId,
} from "@bellwether/shared";
import type {
  AccountStore,
  ChurnModelStore,
  Clock,
  ConnectionRepository,
  Log,
  OutcomeStore,
  ScoreStore,
} from "./ports.ts";
import { tenantSources } from "./scoring-inputs.ts";

export interface MonitorDeps {
  churnModels: ChurnModelStore;
  outcomes: OutcomeStore;
  accounts: AccountStore;
  scores: ScoreStore;
  connections: ConnectionRepository;
  clock: Clock;
  log: Log;
}

export interface ChurnMonitor {
  version: string;
  checkedAt: Date;
  /** Accounts whose signals were compared with those learned from. */
  accounts: number;
  drift: string[];
  calibration: {
    /** Predictions whose horizon has passed, and how many of them were lost. */
    predictions: number;
    lost: number;
    meanPredicted: number | null;
    words: string;
  };
  warnings: string[];
}

const PAGE = 200;
/** Horizons looked back over; they do not overlap, so that no loss counts twice. */
const HORIZONS = 3;
/** Fewer losses, expected or seen, prove neither that the model fits nor that it does not. */
const LEAST_LOSSES = 5;

/** How the model in force stands: signals unlike those it learned from, and predictions against what happened. */
export async function monitorChurnModel(deps: MonitorDeps, tenant: TenantId): Promise<ChurnMonitor> {
  const model = (await deps.churnModels.inForce(tenant)) ?? CHURN_PRIOR_V1;
  const now = deps.clock.now();
  const { values, lossesBy } = await readBook(deps, tenant, now);
  const drift = model.basis === "learned" ? driftWarnings(model, featureTable(values)) : [];
  const calibration = await calibrationOf(deps, tenant, model, lossesBy, now);
  const { warning, ...shown } = calibration;
  return {
    version: model.version,
    checkedAt: now,
    accounts: values.length,
    drift,
    calibration: shown,
    warnings: [...drift, ...(warning === null ? [] : [warning])],
  };
}

/** Daily: what stands out goes to the log, for whoever watches the installation. */
export async function monitorAllChurnModels(deps: MonitorDeps): Promise<void> {
  const tenants = new Set((await deps.connections.list()).map((connection) => connection.tenantId));
  for (const tenant of tenants) {
    if ((await deps.churnModels.inForce(tenant)) === null) continue;
    const { version, warnings } = await monitorChurnModel(deps, tenant);
    if (warnings.length > 0) deps.log.warn({ tenant, version, warnings }, "the churn model needs a look");
  }
}

type LossesBy = ReadonlyMap<AccountId, readonly { at: Date; until: Date | null }[]>;

async function readBook(
  deps: MonitorDeps,
  tenant: TenantId,
  now: Date,
): Promise<{ values: number[][]; lossesBy: LossesBy }> {
  const { seen } = await tenantSources(deps.connections, tenant);
  const values: number[][] = [];
  const lossesBy = new Map<AccountId, ReturnType<typeof lossesOf>>();
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ids = page.accounts.map((account) => account.id);
    for (const [account, outcomes] of await deps.outcomes.believed(tenant, ids))
      lossesBy.set(account, lossesOf(outcomes.filter((outcome) => outcome.at <= now)));
    for (const ledger of await deps.scores.ledgers(tenant, ids, now)) {
      if (ledger.lostAt !== null) continue;
      const state = foldObservations(ledger.observations);
      const numbers = churnFeatureValues(state, ledger.createdAt, now, seen.ticketsFrom);
      if (isInformative(numbers)) values.push(numbers);
    }
    if (page.next === null) return { values, lossesBy };
    after = page.next;
  }
}

/** What was shown a horizon ago and before, by this model, against what became of those accounts. */
async function calibrationOf(
  deps: MonitorDeps,
  tenant: TenantId,
  model: ChurnModel,
  lossesBy: LossesBy,
  now: Date,
): Promise<ChurnMonitor["calibration"] & { warning: string | null }> {
  const [p, y]: [number[], number[]] = [[], []];
  for (let k = 1; k <= HORIZONS; k++) {
    const at = now.getTime() - k * model.horizonDays * DAY_MS;
    for (const prediction of await deps.churnModels.predictions(tenant, new Date(at))) {
      if (prediction.modelVersion !== model.version) continue;
      const losses = lossesBy.get(prediction.accountId) ?? [];
      if (losses.some((loss) => loss.at.getTime() <= at && (loss.until?.getTime() ?? Infinity) > at))
        continue;
      const end = at + model.horizonDays * DAY_MS;
      p.push(prediction.probability);
      y.push(losses.some((loss) => loss.at.getTime() > at && loss.at.getTime() <= end) ? 1 : 0);
    }
  }
  const [lost, expected] = [sum(y), sum(p)];
  const warning = p.length === 0 ? null : calibrationWarning(Float64Array.from(p), Uint8Array.from(y));
  const meanPredicted = p.length === 0 ? null : expected / p.length;
  const isProven = Math.max(lost, expected) >= LEAST_LOSSES;
  return {
    predictions: p.length,
    lost,
    meanPredicted,
    words: warning ?? wordsOf(p.length, lost, isProven, model.horizonDays),
    warning,
  };
}

function wordsOf(predictions: number, lost: number, isProven: boolean, horizonDays: number): string {
  if (predictions === 0)
    return `Not proven yet: no prediction of the model in use is ${horizonDays} days old, so none can be compared with what happened.`;
  if (!isProven)
    return `Not proven yet: ${lost} of ${predictions} customers were lost since they were predicted, too few to say whether the probabilities are right.`;
  return `The probabilities agree with what happened, as well as chance lets them: ${lost} of ${predictions} customers were lost.`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
