import type { AccountId, ChurnModel, TenantId, TrainingResult, TrainingTask } from "@bellwether/shared";

export type ChurnModelStatus = "challenger" | "proposed" | "active" | "retired" | "rejected";

export interface StoredChurnModel {
  version: string;
  status: ChurnModelStatus;
  model: ChurnModel;
  /** `ModelReport` */
  report: unknown;
  trainedAt: Date;
  proposedBy: string | null;
  proposedAt: Date | null;
  approvedBy: string | null;
  approvedAt: Date | null;
}

export interface TrainingRun {
  id: string;
  status: "running" | "done" | "failed" | "not_enough_outcomes";
  detail: string;
  done: number;
  total: number | null;
  version: string | null;
  startedBy: string;
  startedAt: Date;
  finishedAt: Date | null;
}

/** Learns and judges; takes seconds of calculation, and must not hold up whoever asks. */
export type TrainModel = (task: TrainingTask) => Promise<TrainingResult>;

/** What was predicted of an account at a moment. */
export interface StoredPrediction {
  accountId: AccountId;
  probability: number;
  modelVersion: string;
}

export interface ChurnModelStore {
  list(tenant: TenantId): Promise<StoredChurnModel[]>;
  find(tenant: TenantId, version: string): Promise<StoredChurnModel | null>;
  /** @throws {AppError} `conflict` where the version exists */
  insert(tenant: TenantId, model: StoredChurnModel): Promise<void>;
  /** Changes the status and its dates, if it still has the status `from`. @throws {AppError} `conflict` */
  update(
    tenant: TenantId,
    version: string,
    from: ChurnModelStatus,
    change: Partial<
      Pick<StoredChurnModel, "status" | "proposedBy" | "proposedAt" | "approvedBy" | "approvedAt">
    >,
  ): Promise<StoredChurnModel>;
  /**
   * One transaction: the activation row, statuses, all accounts marked and the scoring woken up.
   * `version` may be the built-in prior.
   */
  activate(
    tenant: TenantId,
    activation: { version: string; kind: "activation" | "rollback"; at: Date; by: string },
  ): Promise<void>;
  /** Newest first. */
  activations(
    tenant: TenantId,
  ): Promise<{ version: string; kind: "activation" | "rollback"; at: Date; by: string }[]>;
  /** The model in force; `null` = none was activated: the expert's prior. */
  inForce(tenant: TenantId): Promise<ChurnModel | null>;
  /** Any version the tenant ever had; built-in ones are not in here. */
  definition(tenant: TenantId, version: string): Promise<ChurnModel | null>;
  /** What was in force of each account at `at`, calculated at its time; accounts without a risk are left out. */
  predictions(tenant: TenantId, at: Date): Promise<StoredPrediction[]>;
  saveRun(tenant: TenantId, run: TrainingRun): Promise<void>;
  /** Newest first. */
  runs(tenant: TenantId, limit: number): Promise<TrainingRun[]>;
}
