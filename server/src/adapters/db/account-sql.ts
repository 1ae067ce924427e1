/** $1 tenant, $2 parties `{f, e, i, n, d}`: platform, external key, own id, name key, domains. */
export const CANDIDATES = `
WITH given AS (
  SELECT * FROM json_to_recordset($2::json) AS given (f text, e text, i text, n text, d text[])
), found AS (
  SELECT party.ref FROM given JOIN party
    ON party.tenant_id = $1 AND party.external_key = given.e AND party.platform <> given.f
  UNION
  -- an external id may also be the other platform's own id, in either direction
  SELECT party.ref FROM given JOIN party
    ON party.tenant_id = $1 AND party.external_key = given.i AND party.platform <> given.f
  UNION
  SELECT party.ref FROM given JOIN party
    ON party.tenant_id = $1 AND party.platform <> given.f
    AND party.ref IN ('hubspot:company:' || given.e, 'zendesk:organization:' || given.e)
  UNION
  SELECT party.ref FROM given JOIN party
    ON party.tenant_id = $1 AND party.name_key = given.n AND party.platform <> given.f
  UNION
  SELECT party.ref FROM given CROSS JOIN LATERAL unnest(given.d) AS own (domain)
  JOIN party_domain AS shared ON shared.tenant_id = $1 AND shared.domain = own.domain
  JOIN party ON party.tenant_id = $1 AND party.ref = shared.ref AND party.platform <> given.f
)
SELECT party.ref, party.name, party.domains, party.external_id, party.is_customer, link.account_id
FROM found JOIN party ON party.tenant_id = $1 AND party.ref = found.ref
LEFT JOIN party_link AS link ON link.tenant_id = $1 AND link.ref = found.ref AND link.removed_at IS NULL
ORDER BY party.ref`;

/** $1 tenant, $2 refs. */
export const PARTIES = `
SELECT ref, name, domains, external_id, is_customer FROM party
WHERE tenant_id = $1 AND ref = ANY($2::text[]) ORDER BY ref`;

/** $1 tenant, $2 the last ref of the page before, $3 limit. */
export const UNLINKED_PARTIES = `
SELECT ref, name, domains, external_id, is_customer FROM party
WHERE tenant_id = $1 AND awaits_account AND ref > $2 ORDER BY ref LIMIT $3`;

/** $1 tenant, $2 account. A merged one is answered by its survivor. */
export const FIND_ACCOUNT = `
SELECT survivor.id, survivor.name, survivor.created_at AS "createdAt" FROM account AS named
JOIN account AS survivor ON survivor.tenant_id = named.tenant_id AND survivor.id = coalesce(named.merged_into, named.id)
WHERE named.tenant_id = $1 AND named.id = $2`;

const LINKS = "(k text, a uuid, r text)";

/**
 * $1 tenant, $2 accounts `{i, n, c}`: id, name, created at; sorted; $3 links as below. A known one follows its party's
 * name. None is made for a party that belongs to another account.
 */
export const SAVE_ACCOUNTS = `
INSERT INTO account AS known (tenant_id, id, name, created_at)
SELECT $1::uuid, i, n, c FROM json_to_recordset($2::json) AS given (i uuid, n text, c timestamptz)
WHERE NOT EXISTS (SELECT 1 FROM json_to_recordset($3::json) AS wanted ${LINKS}
  JOIN party_link AS link ON link.tenant_id = $1::uuid AND link.ref = wanted.k AND link.account_id <> wanted.a
  WHERE wanted.a = given.i)
ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name WHERE known.name <> excluded.name`;

/** A person said no to the party `k` in the account `a`, or in what it was merged into. */
const isRejected = (account: string): string => `EXISTS (SELECT 1 FROM match_rejection AS no
  WHERE no.tenant_id = $1::uuid AND no.ref = k AND no.account_id = ${account})`;

/**
 * $1 tenant, $2 links `{k, a, r}`: ref, account, rule; sorted. Answers the accounts that got a party. What was to join
 * a merged account joins its survivor; what a person kept apart stays apart.
 */
export const SAVE_PARTY_LINKS = `
INSERT INTO party_link (tenant_id, ref, account_id, rule)
SELECT $1::uuid, k, coalesce(account.merged_into, a), r FROM json_to_recordset($2::json) AS link ${LINKS}
LEFT JOIN account ON account.tenant_id = $1::uuid AND account.id = a
WHERE NOT ${isRejected("coalesce(account.merged_into, a)")} ORDER BY k
ON CONFLICT (tenant_id, ref) DO NOTHING RETURNING account_id`;

/** $1 tenant, $2 refs. */
export const HAS_ACCOUNT = `
UPDATE party SET awaits_account = false
WHERE tenant_id = $1 AND ref = ANY($2::text[]) AND awaits_account AND EXISTS (
  SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1 AND link.ref = party.ref)`;

/** $1 tenant, $2 refs: what was suggested before, and whether it has been overtaken, does not matter any more. */
export const DROP_SUGGESTIONS = "DELETE FROM match_suggestion WHERE tenant_id = $1 AND ref = ANY($2::text[])";

/** $1 tenant, $2 suggestions `{k, a, r, w}`: ref, account, rule, reason; sorted. */
export const SAVE_SUGGESTIONS = `
INSERT INTO match_suggestion AS known (tenant_id, ref, account_id, rule, reason)
SELECT $1::uuid, k, a, r, w FROM json_to_recordset($2::json) AS given (k text, a uuid, r text, w text)
LEFT JOIN account ON account.tenant_id = $1::uuid AND account.id = a
WHERE NOT EXISTS (SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1::uuid AND link.ref = k)
  AND NOT ${isRejected("coalesce(account.merged_into, a)")}
ON CONFLICT (tenant_id, ref, account_id) DO UPDATE SET rule = excluded.rule, reason = excluded.reason`;

/** $1 tenant, $2 accounts; of merged ones their survivors. */
export const MARK_ACCOUNTS = `
INSERT INTO account_mark (tenant_id, account_id)
SELECT DISTINCT $1::uuid, coalesce(account.merged_into, given.id) AS id FROM unnest($2::uuid[]) AS given (id)
LEFT JOIN account ON account.tenant_id = $1::uuid AND account.id = given.id ORDER BY id
ON CONFLICT (tenant_id, account_id) DO UPDATE SET version = account_mark.version + 1`;
