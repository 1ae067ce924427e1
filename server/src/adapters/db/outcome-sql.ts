import { OWNED } from "./score-inputs-sql.ts";

/**
 * $1 tenant, $2 outcomes `{i, a, k, at, s, sk, r, n, b, ra}`: id, account, kind, date, source, source key, reason,
 * note, recorded by, recorded at; each (account, source, key, kind) once. Answers the accounts of new and changed
 * ones. What a person took back stays so; what the synchronisation took back comes back when it is true again.
 */
export const SAVE_OUTCOMES = `
INSERT INTO outcome AS known (tenant_id, id, account_id, kind, at, source, source_key, reason, note, recorded_by,
  recorded_at)
SELECT account.tenant_id, input.i, account.id, input.k, input.at, input.s, input.sk, input.r, input.n, input.b, input.ra
FROM json_to_recordset($2::json) AS input (i uuid, a uuid, k text, at timestamptz, s text, sk text, r text, n text,
  b text, ra timestamptz)
JOIN account ON account.tenant_id = $1::uuid AND account.id = input.a
ORDER BY account.id, input.s, input.sk, input.k
ON CONFLICT (tenant_id, account_id, source, source_key, kind) DO UPDATE SET
  at = excluded.at, reason = excluded.reason, note = excluded.note, retracted_by = NULL, retracted_at = NULL
WHERE known.source <> 'person' AND (known.retracted_by IS NULL OR known.retracted_by = 'system')
  AND (known.retracted_by = 'system'
    OR (known.at, known.reason, known.note) IS DISTINCT FROM (excluded.at, excluded.reason, excluded.note))
RETURNING known.account_id`;

/** $1 tenant, $2 ids, $3 by, $4 at. Answers the accounts of those that were believed until now. */
export const RETRACT_OUTCOMES = `
UPDATE outcome SET retracted_by = $3, retracted_at = $4
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND retracted_at IS NULL
RETURNING account_id`;

const READ = `
WITH ${OWNED}
SELECT id, owned.account_id, kind, at, source, source_key, reason, note, recorded_by, recorded_at, retracted_by,
  retracted_at
FROM owned JOIN outcome ON outcome.tenant_id = $1 AND outcome.account_id = owned.kept_under`;

/** $1 tenant, $2 accounts. */
export const OUTCOMES_OF_ACCOUNTS = `${READ} ORDER BY at DESC, id`;

/** $1 tenant, $2 accounts. */
export const BELIEVED_OUTCOMES = `${READ}
WHERE retracted_at IS NULL ORDER BY owned.account_id, at, id`;

/** $1 tenant, $2 accounts. Also of parties that are gone at their platform: their history remains the account's. */
export const OUTCOME_EVIDENCE = `
SELECT link.account_id, o.subject, o.source, o.kind, o.key, o.value,
  to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
FROM party_link AS link
JOIN observation AS o ON o.tenant_id = link.tenant_id AND o.subject = link.ref
WHERE link.tenant_id = $1 AND link.account_id = ANY($2::uuid[])
  AND (o.kind = 'deal' OR (o.kind = 'profile' AND o.key IN ('lifecycleStage', 'churnedAt', 'churnReason')))`;

/** $1 tenant, $2 accounts. */
export const KNOWN_ACCOUNTS = "SELECT id FROM account WHERE tenant_id = $1 AND id = ANY($2::uuid[])";

/** $1 tenant, $2 refs of parties. */
export const ACCOUNTS_OF_PARTIES = `
SELECT ref, account_id FROM party_link WHERE tenant_id = $1 AND ref = ANY($2::text[])`;

/** $1 tenant. */
export const COUNT_OUTCOMES = `
SELECT kind, count(*)::int AS count FROM outcome WHERE tenant_id = $1 AND retracted_at IS NULL GROUP BY kind`;
