import { type AccountId, CHURN_PRIOR_V1, type ChurnModel, type TenantId } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type {
  ChurnModelStatus,
  ChurnModelStore,
  StoredChurnModel,
  TrainingRun,
} from "../../services/ports.ts";
import type { ChurnModel as ChurnModelRow, TrainingRun as TrainingRunRow } from "./generated/client.ts";
import { jsonParameter } from "./json-parameter.ts";
import { MARK_ALL_ACCOUNTS } from "./score-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createChurnModelStore(database: Database, wakeUps: WakeUps): ChurnModelStore {
  const find = async (tenant: TenantId, version: string): Promise<StoredChurnModel | null> => {
    const row = await database.orm((prisma) =>
      prisma.churnModel.findUnique({ where: { tenantId_version: { tenantId: tenant, version } } }),
    );
    return row && toModel(row);
  };
  return {
    find,
    list: async (tenant) => {
      const rows = await database.orm((prisma) =>
        prisma.churnModel.findMany({
          where: { tenantId: tenant },
          orderBy: [{ trainedAt: "desc" }, { version: "desc" }],
        }),
      );
      return rows.map(toModel);
    },
    insert: (tenant, model) => insert(database, tenant, model),
    update: async (tenant, version, from, change) => {
      const { count } = await database.orm((prisma) =>
        prisma.churnModel.updateMany({ where: { tenantId: tenant, version, status: from }, data: change }),
      );
      const stored = await find(tenant, version);
      if (stored === null) throw noModel();
      if (count === 0)
        throw new AppError("conflict", `The model ${version} is ${stored.status}, and no longer ${from}.`);
      return stored;
    },
    activate: (tenant, activation) =>
      database.transaction((sql) => activate(sql, wakeUps, tenant, activation)),
    activations: async (tenant) => {
      const rows = await database.orm((prisma) =>
        prisma.churnModelActivation.findMany({ where: { tenantId: tenant }, orderBy: { id: "desc" } }),
      );
      return rows.map(({ version, kind, at, by }) => ({
        version,
        kind: kind === "rollback" ? "rollback" : "activation",
        at,
        by,
      }));
    },
    inForce: async (tenant) => {
      const [row] = await database.query<{ model: ChurnModel }>(IN_FORCE, [tenant]);
      return row?.model ?? null;
    },
    definition: async (tenant, version) => (await find(tenant, version))?.model ?? null,
    predictions: async (tenant, at) => {
      const rows = await database.query<PredictionRow>(PREDICTIONS, [tenant, at]);
      return rows.map((row) => ({
        accountId: row.account_id,
        probability: row.probability,
        modelVersion: row.model_version,
      }));
    },
    ...runs(database),
  };
}

const noModel = (): AppError => new AppError("not_found", "There is no such churn model.");

async function insert(database: Database, tenant: TenantId, model: StoredChurnModel): Promise<void> {
  const rows = await database.query(
    `INSERT INTO churn_model (tenant_id, version, status, model, report, trained_at, proposed_by, proposed_at,
       approved_by, approved_at)
     VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9, $10)
     ON CONFLICT (tenant_id, version) DO NOTHING RETURNING version`,
    [
      tenant,
      model.version,
      model.status,
      jsonParameter(model.model),
      jsonParameter(model.report),
      model.trainedAt,
      model.proposedBy,
      model.proposedAt,
      model.approvedBy,
      model.approvedAt,
    ],
  );
  if (rows.length === 0)
    throw new AppError("conflict", `A churn model with the version ${model.version} is there already.`);
}

/** The newest activation's model; that of a built-in version has no row of its own. */
const IN_FORCE = `
SELECT model.model FROM (
  SELECT tenant_id, version FROM churn_model_activation WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1) AS newest
JOIN churn_model AS model ON model.tenant_id = newest.tenant_id AND model.version = newest.version`;

interface PredictionRow {
  account_id: AccountId;
  probability: number;
  model_version: string;
}

/** $1 tenant, $2 moment. Reconstructed points were never shown to anybody: they predicted nothing. */
const PREDICTIONS = `
SELECT account_id, probability, model_version FROM (
  SELECT DISTINCT ON (account_id) account_id,
    churn_probability AS probability, churn_model AS model_version
  FROM health_snapshot WHERE tenant_id = $1 AND at <= $2 AND NOT is_reconstructed
    AND voided_by IS NULL
  ORDER BY account_id, at DESC) AS newest
WHERE probability IS NOT NULL ORDER BY account_id`;

/** Two activations of one tenant come one after the other: both change its row of statuses. */
async function activate(
  sql: Sql,
  wakeUps: WakeUps,
  tenantId: TenantId,
  { version, kind, at, by }: Parameters<ChurnModelStore["activate"]>[1],
): Promise<void> {
  await sql.query("SELECT 1 FROM tenant WHERE id = $1 FOR UPDATE", [tenantId]);
  await sql.query(
    "UPDATE churn_model SET status = 'retired' WHERE tenant_id = $1 AND status = 'active' AND version <> $2",
    [tenantId, version],
  );
  const known = await sql.query(
    "UPDATE churn_model SET status = 'active' WHERE tenant_id = $1 AND version = $2 RETURNING version",
    [tenantId, version],
  );
  if (known.length === 0 && version !== CHURN_PRIOR_V1.version) throw noModel();
  await sql.query(
    "INSERT INTO churn_model_activation (tenant_id, version, kind, at, by) VALUES ($1, $2, $3, $4, $5)",
    [tenantId, version, kind, at, by],
  );
  await sql.query(MARK_ALL_ACCOUNTS, [tenantId]);
  await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId } }]);
}

const runs = (database: Database): Pick<ChurnModelStore, "saveRun" | "runs"> => ({
  saveRun: async (tenant, { id, ...run }) => {
    await database.orm((prisma) =>
      prisma.trainingRun.upsert({
        where: { tenantId_id: { tenantId: tenant, id } },
        create: { tenantId: tenant, id, ...run },
        update: run,
      }),
    );
  },
  runs: async (tenant, limit) => {
    const rows = await database.orm((prisma) =>
      prisma.trainingRun.findMany({
        where: { tenantId: tenant },
        orderBy: [{ startedAt: "desc" }, { id: "desc" }],
        take: limit,
      }),
    );
    return rows.map(toRun);
  },
});

const toRun = ({ tenantId: _, ...row }: TrainingRunRow): TrainingRun => ({
  ...row,
  status: row.status as TrainingRun["status"], // written by `saveRun` and by nothing else
});

const toModel = ({ tenantId: _, ...row }: ChurnModelRow): StoredChurnModel => ({
  ...row,
  status: row.status as ChurnModelStatus, // written by this store and by nothing else
  model: storedModel(row.model),
});

/** As `insert` wrote it. */
const storedModel = (json: unknown): ChurnModel => json as ChurnModel;
