import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { createConnectionRepository } from "../../src/adapters/db/connection-repository.ts";
import { encryptionKeys } from "../../src/adapters/db/encryption-keys.ts";
import { createSecretBox } from "../../src/adapters/db/secret-box.ts";
import type { Database } from "../../src/adapters/db/sql.ts";
import type { Config } from "../../src/config.ts";
import { AppError } from "../../src/services/errors.ts";
import type { Connection } from "../../src/services/ports.ts";
import { exists } from "../command-line.ts";
import { type Finding, failure, ok, skipped, warning } from "./finding.ts";
import type { Subject } from "./subject.ts";

export interface Found {
  subjects: Subject[];
  findings: Finding[];
}

/** Tokens of one company from the environment, for when there is no database to ask. */
export function subjectsOfEnvironment(config: Config): Subject[] {
  const of = (platform: Subject["platform"], accessToken: string, externalId: string | null): Subject => ({
    platform,
    id: null,
    externalId,
    mode: "token",
    scopes: [],
    config: null,
    secrets: { accessToken, refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
    lastDeliveryAt: null,
  });
  const { HUBSPOT_ACCESS_TOKEN: hubspot, ZENDESK_ACCESS_TOKEN: zendesk } = config;
  return [
    ...(hubspot ? [of("hubspot", hubspot, config.HUBSPOT_PORTAL_ID ?? null)] : []),
    ...(zendesk ? [of("zendesk", zendesk, config.ZENDESK_SUBDOMAIN ?? null)] : []),
  ];
}

/** The connections that are stored, with their tokens opened, and how they and their keys are. */
export async function storedConnections(database: Database, config: Config): Promise<Found> {
  const hasKeys =
    config.ENCRYPTION_KEY !== undefined || (await exists(join(config.DATA_DIR, "encryption.key")));
  if (!hasKeys)
    return {
      subjects: subjectsOfEnvironment(config),
      findings: [skipped("keys", "There is no key yet; one is made at the first start.")],
    };
  const keys = await encryptionKeys(config.ENCRYPTION_KEY ?? null, config.DATA_DIR);
  const box = createSecretBox(keys, randomBytes);
  const repository = createConnectionRepository(database, box, randomUUID);
  const findings = await checkKeys(database, box);
  const subjects: Subject[] = [];
  for (const connection of await repository.list()) {
    findings.push(...statusOf(connection));
    if (connection.status !== "active") continue;
    const secrets = await repository.secrets(connection.id).catch((error: unknown) => {
      if (error instanceof AppError) return null; // which keys are missing has been said
      throw error;
    });
    const lastDeliveryAt = await newestDelivery(database, connection);
    // a token that was changed in the environment takes the stored one's place at the next start
    if (secrets)
      subjects.push({
        ...connection,
        secrets: { ...secrets, ...inForce(connection, config) },
        lastDeliveryAt,
      });
  }
  const missing = subjectsOfEnvironment(config).filter(
    ({ platform }) => !subjects.some((subject) => subject.platform === platform && subject.mode === "token"),
  );
  return { subjects: [...subjects, ...missing], findings };
}

function inForce({ platform, mode }: Connection, config: Config): { accessToken?: string } {
  const set = platform === "hubspot" ? config.HUBSPOT_ACCESS_TOKEN : config.ZENDESK_ACCESS_TOKEN;
  return mode === "token" && set !== undefined ? { accessToken: set } : {};
}

async function checkKeys(database: Database, box: ReturnType<typeof createSecretBox>): Promise<Finding[]> {
  const rows = await database.query<{ key_id: string; count: number }>(
    "SELECT split_part(sealed, '.', 2) AS key_id, count(*)::int AS count FROM connection_secret GROUP BY 1",
  );
  const sum = (of: typeof rows): number => of.reduce((total, row) => total + row.count, 0);
  const lost = sum(rows.filter((row) => !box.hasKey(row.key_id)));
  const old = sum(rows.filter((row) => box.hasKey(row.key_id) && row.key_id !== box.currentKeyId));
  if (lost > 0)
    return [
      failure(
        "keys",
        `The tokens of ${lost} connections were sealed with a key that is not set.`,
        "Add that key to ENCRYPTION_KEY, after a comma; without it these connections have to be made anew.",
      ),
    ];
  if (old > 0)
    return [
      warning(
        "keys",
        `The tokens of ${old} connections are sealed with an older key.`,
        "Run npm run rotate-keys.",
      ),
    ];
  return [ok("keys", `All ${sum(rows)} stored tokens open, and are sealed with the first key.`)];
}

function statusOf({
  platform,
  externalId,
  status,
  statusReason,
  provisionedAt,
  syncedAt,
}: Connection): Finding[] {
  if (status !== "active")
    return [
      failure(
        platform,
        `${externalId} is disconnected: ${statusReason ?? "no reason is known"}.`,
        "Connect it again.",
      ),
    ];
  const found: Finding[] = [];
  if (statusReason !== null)
    found.push(warning(platform, `${externalId}: ${statusReason}`, "Mend it, and start the server again."));
  if (provisionedAt === null)
    found.push(
      warning(platform, `${externalId} has not been set up yet.`, "Let the server run; see its log."),
    );
  else if (syncedAt === null)
    found.push(warning(platform, `The history of ${externalId} is still being read.`, "Let the server run."));
  return found;
}

async function newestDelivery(database: Database, { tenantId, id }: Connection): Promise<Date | null> {
  // ids of deliveries are in order of time; among the newest few hundred of a tenant each platform has its own
  const [row] = await database.query<{ at: Date | null }>(
    `SELECT max(received_at) AS at FROM (SELECT received_at, connection_id FROM delivery WHERE tenant_id = $1
       ORDER BY id DESC LIMIT 500) AS newest WHERE connection_id = $2`,
    [tenantId, id],
  );
  return row?.at ?? null;
}
