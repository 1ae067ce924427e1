import { secretContext } from "./connection-repository.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { SecretBox } from "./secret-box.ts";
import type { Database } from "./sql.ts";

export interface Resealed {
  resealed: number;
  /** Connections whose tokens no configured key opens. */
  unreadable: string[];
}

const BATCH = 500;
/** A server that still seals with the old key may refresh a token meanwhile: such rows are met again. */
const MAX_PASSES = 5;

/** $1 id of the key that seals now, $2 and $3 tenant and connection to go on after, $4 limit. */
const WITH_OTHER_KEY = `
SELECT tenant_id AS tenant, connection_id AS connection, sealed FROM connection_secret
WHERE split_part(sealed, '.', 2) <> $1 AND (tenant_id, connection_id) > ($2::uuid, $3::uuid)
ORDER BY tenant_id, connection_id LIMIT $4`;

/** $1 rows `{t, c, o, n}`: tenant, connection, old and new text. What was replaced since it was read stays. */
const REPLACE = `
UPDATE connection_secret AS secret SET sealed = n
FROM json_to_recordset($1::json) AS fresh (t uuid, c uuid, o text, n text)
WHERE secret.tenant_id = t AND secret.connection_id = c AND secret.sealed = o RETURNING 1`;

interface Row {
  tenant: string;
  connection: string;
  sealed: string;
}
const START = "00000000-0000-0000-0000-000000000000";

/**
 * Seals all secrets with the first key of `box`, in sets, while servers run. What is done stays done: after an
 * interruption it goes on with the rest.
 */
export async function resealSecrets(database: Database, box: SecretBox): Promise<Resealed> {
  let resealed = 0;
  for (let pass = 1; ; pass += 1) {
    const { changed, skipped, unreadable } = await passOver(database, box);
    resealed += changed;
    if (skipped === 0 || pass === MAX_PASSES) return { resealed, unreadable };
  }
}

async function passOver(database: Database, box: SecretBox) {
  const found = { changed: 0, skipped: 0, unreadable: [] as string[] };
  let after = { tenant: START, connection: START };
  for (;;) {
    const rows = await database.query<Row>(WITH_OTHER_KEY, [
      box.currentKeyId,
      after.tenant,
      after.connection,
      BATCH,
    ]);
    const last = rows.at(-1);
    if (last === undefined) return found;
    after = last;
    const fresh = rows.flatMap((row) => {
      const context = secretContext(row.tenant, row.connection);
      const text = box.open(row.sealed, context);
      if (text === null) found.unreadable.push(row.connection);
      return text === null
        ? []
        : [{ t: row.tenant, c: row.connection, o: row.sealed, n: box.seal(text, context) }];
    });
    const replaced = await database.query(REPLACE, [jsonParameter(fresh)]);
    found.changed += replaced.length;
    found.skipped += fresh.length - replaced.length;
  }
}
