import { access } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accountId, CHURN_PRIOR_V1, SCORECARD_DEFAULT_V1, type TenantId, tenantId } from "@bellwether/shared";
import { z } from "zod";
import { createChurnModelStore } from "../src/adapters/db/churn-model-store.ts";
import { type OpenDatabase, openDatabase } from "../src/adapters/db/database.ts";
import { createReplayStore } from "../src/adapters/db/replay-store.ts";
import { createScorecardStore } from "../src/adapters/db/scorecard-store.ts";
import { type Config, readConfig } from "../src/config.ts";
import { AppError } from "../src/services/errors.ts";
import { type Replay, replayScore } from "../src/services/replay-score.ts";
import { replayText } from "./replay-text.ts";

const USAGE = "npm run replay -- --account ID --at 2026-05-01T12:00:00Z [--tenant ID] [--json]";

const optionsSchema = z.object({
  account: accountId,
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  tenant: tenantId.optional(),
  json: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      account: { type: "string" },
      at: { type: "string" },
      tenant: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map((issue) => `--${String(issue.path[0])}`));
  throw new AppError("request_invalid", `${[...names].join(" and ")} missing or not usable. Usage: ${USAGE}`);
}

/** As the server opens it, but nothing is made where there is nothing. */
async function open(config: Config): Promise<OpenDatabase> {
  const databaseUrl = config.DATABASE_URL ?? null;
  const place = join(config.DATA_DIR, "postgres");
  if (
    databaseUrl === null &&
    !(await access(place).then(
      () => true,
      () => false,
    ))
  )
    throw new AppError(
      "config_invalid",
      `There is no database in ${config.DATA_DIR}; set DATA_DIR or DATABASE_URL as for the server.`,
    );
  try {
    return await openDatabase({
      databaseUrl,
      dataDir: config.DATA_DIR,
      applicationName: "bellwether-replay",
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    throw new AppError(
      "conflict",
      `${error.message}. While the server runs, ask it: GET /api/v1/accounts/{id}/replay?at=…`,
      { cause: error },
    );
  }
}

async function tenantOf(database: OpenDatabase, named: TenantId | undefined): Promise<TenantId> {
  if (named !== undefined) return named;
  const rows = await database.query<{ id: TenantId }>("SELECT id FROM tenant ORDER BY id LIMIT 2");
  const [only] = rows;
  if (only === undefined) throw new AppError("not_found", "No company is connected in this database yet.");
  if (rows.length > 1)
    throw new AppError("request_invalid", "Several companies are connected: name one with --tenant.");
  return only.id;
}

async function replay(options: Options): Promise<Replay> {
  const database = await open(readConfig(process.env));
  try {
    const wakesNobody = { send: async () => undefined }; // replay changes nothing
    const deps = {
      replays: createReplayStore(database),
      scorecards: createScorecardStore(database, wakesNobody, { now: () => new Date() }),
      churnModels: createChurnModelStore(database, wakesNobody),
      definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    };
    return await replayScore(deps, await tenantOf(database, options.tenant), options.account, options.at);
  } finally {
    await database.close();
  }
}

/** 0 = the same came out, or nothing to compare with was kept; 1 = it differs, or it could not be calculated. */
async function main(): Promise<number> {
  const options = readOptions();
  const found = await replay(options);
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : replayText(found));
  return found.verdict === "different" ? 1 : 0;
}

process.exitCode = await main().catch((error: unknown) => {
  const isExpected = error instanceof AppError || (error instanceof TypeError && "code" in error);
  process.stderr.write(
    `${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  return 1;
});
