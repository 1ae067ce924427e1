import { openEmbedded } from "../../src/adapters/db/embedded-database.ts";
import { openServer } from "../../src/adapters/db/server-database.ts";
import type { Database } from "../../src/adapters/db/sql.ts";
import { accountOrigin } from "../../src/adapters/platform/allowed-origins.ts";
import type { Config } from "../../src/config.ts";
import { AppError } from "../../src/services/errors.ts";
import { embeddedFolder, exists } from "../command-line.ts";
import { type Found, storedConnections, subjectsOfEnvironment } from "./connections.ts";
import { checkDatabase } from "./database.ts";
import { type Finding, failure, skipped } from "./finding.ts";
import { checkHubspot } from "./hubspot.ts";
import { checkQueue } from "./queue.ts";
import { checkSettings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import { checkZendesk } from "./zendesk.ts";

/** Looks at everything and changes nothing, also while servers run. */
export async function examine(
  environment: Readonly<Record<string, string | undefined>>,
  now: () => Date,
): Promise<Finding[]> {
  const { config, findings } = checkSettings(environment);
  if (config === null) return findings;
  const stored = await lookInside(config);
  const platforms: Finding[] = [];
  for (const subject of stored.subjects) platforms.push(...(await checkPlatform(subject, config, now)));
  return [...findings, ...stored.findings, ...platforms];
}

function checkPlatform(subject: Subject, config: Config, now: () => Date): Promise<Finding[]> {
  const publicUrl = config.PUBLIC_URL ?? null;
  if (subject.platform === "hubspot") {
    const hasClientSecret = config.HUBSPOT_CLIENT_SECRET !== undefined;
    return checkHubspot(subject, { apiUrl: config.HUBSPOT_API_URL, publicUrl, hasClientSecret }, now);
  }
  const origin = accountOrigin(config.ZENDESK_URL, subject.externalId ?? "");
  return checkZendesk(subject, { origin, publicUrl }, now);
}

/** What the database says; where it cannot be read, the tokens of the environment are looked at all the same. */
async function lookInside(config: Config): Promise<Found> {
  let database: Database | null = null;
  const findings: Finding[] = [];
  try {
    const opened = await open(config);
    if (!("query" in opened)) return { subjects: subjectsOfEnvironment(config), findings: [opened] };
    database = opened;
    findings.push(...(await checkDatabase(database, config.DATA_DIR)));
    if (findings.some(({ level }) => level === "error"))
      return { subjects: subjectsOfEnvironment(config), findings };
    findings.push(...(await checkQueue(database)));
    const found = await storedConnections(database, config);
    return { subjects: found.subjects, findings: [...findings, ...found.findings] };
  } catch (error) {
    findings.push(trouble(error, config));
    return { subjects: subjectsOfEnvironment(config), findings };
  } finally {
    await database?.close();
  }
}

/** Every statement of ours runs in a transaction that cannot write. */
const READ_ONLY = "-c default_transaction_read_only=on";

async function open(config: Config): Promise<Database | Finding> {
  if (config.DATABASE_URL !== undefined) {
    const url = new URL(config.DATABASE_URL);
    url.searchParams.set("options", `${url.searchParams.get("options") ?? ""} ${READ_ONLY}`.trim());
    const ignore = (): undefined => undefined; // the statement that runs reports it, too
    return openServer({
      connectionString: url.href,
      applicationName: "bellwether-doctor",
      onIdleError: ignore,
    });
  }
  if (!(await exists(embeddedFolder(config))))
    return skipped("database", `There is no database in ${config.DATA_DIR} yet; the first start makes it.`);
  return await openEmbedded(config.DATA_DIR);
}

function trouble(error: unknown, config: Config): Finding {
  if (error instanceof AppError && error.code === "conflict")
    return skipped(
      "database",
      `The embedded database in ${config.DATA_DIR} is in use by a running server, so it was not looked into.`,
      "Ask the server (GET /readyz and /metrics), or stop it and run this again.",
    );
  const cause = error instanceof AppError ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return failure(
    "database",
    `The database cannot be read${code}.`,
    config.DATABASE_URL === undefined
      ? "Restore the data folder from a backup."
      : "Check that PostgreSQL runs and that DATABASE_URL names it, its user and password.",
  );
}
