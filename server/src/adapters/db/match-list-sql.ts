/** The text before the last `:` of a ref: platform and type. */
const typeOf = (ref: string): string => `(split_part(${ref}, ':', 1) || ':' || split_part(${ref}, ':', 2))`;

/** The platform's own id, as external ids are compared; groups may have colons in theirs. */
const idOf = (ref: string): string => `lower(regexp_replace(${ref}, '^[^:]*:[^:]*:', ''))`;

/**
 * What the records say against a link of the rules: two records of one type of which no person said that they belong
 * together, or nothing left of what the rule went by. `null` = nothing.
 */
const conflictOf = (link: string): string => `CASE
  WHEN ${link}.rule <> 'person' AND EXISTS (SELECT 1 FROM party_link AS twin
    WHERE twin.tenant_id = $1 AND twin.account_id = ${link}.account_id AND twin.removed_at IS NULL
      AND twin.ref <> ${link}.ref AND twin.rule <> 'person' AND ${typeOf("twin.ref")} = ${typeOf(`${link}.ref`)})
    THEN 'twin'
  WHEN ${link}.rule = 'domain' AND NOT EXISTS (SELECT 1 FROM party_domain AS own
    JOIN party_domain AS theirs ON theirs.tenant_id = $1 AND theirs.domain = own.domain AND theirs.ref <> own.ref
    JOIN party_link AS other ON other.tenant_id = $1 AND other.ref = theirs.ref AND other.account_id = ${link}.account_id
    WHERE own.tenant_id = $1 AND own.ref = ${link}.ref) THEN 'domain'
  WHEN ${link}.rule = 'external_id' AND NOT EXISTS (SELECT 1 FROM party AS own
    JOIN party_link AS other ON other.tenant_id = $1 AND other.account_id = ${link}.account_id AND other.ref <> own.ref
    JOIN party AS theirs ON theirs.tenant_id = $1 AND theirs.ref = other.ref
    WHERE own.tenant_id = $1 AND own.ref = ${link}.ref AND (own.external_key = theirs.external_key
      OR own.external_key = ${idOf("theirs.ref")}
      OR theirs.external_key = ${idOf("own.ref")})) THEN 'external_id'
END`;

/**
 * What is looked for may be rare, and a page must not read a whole tenant for it: each looks at so many rows at most,
 * in `seen`, and says how many it looked at and which was the last.
 */
export const MOST_SEEN = 2_000;
const withExtent = (seen: string, key: string, found: string): string => `
WITH seen AS MATERIALIZED (${seen} LIMIT ${MOST_SEEN})
SELECT extent.scanned, extent.last, found.* FROM (
  SELECT (SELECT count(*)::int FROM seen) AS scanned, (SELECT ${key}::text FROM seen ORDER BY ${key} DESC LIMIT 1) AS last
) AS extent LEFT JOIN LATERAL (${found}) AS found ON true ORDER BY found.${key}`;

/** $1 tenant, $2 account of the page before or null, $3 all, confirmed or conflict, $4 limit. Gone parties count as none. */
export const MATCHED = withExtent(
  `SELECT id, name FROM account
   WHERE tenant_id = $1 AND merged_into IS NULL AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id`,
  "id",
  `SELECT seen.id, seen.name FROM seen
   WHERE (SELECT count(*) FROM party_link AS link WHERE link.tenant_id = $1 AND link.account_id = seen.id
       AND link.removed_at IS NULL) > 1
     AND ($3 = 'all' OR EXISTS (SELECT 1 FROM party_link AS link
       WHERE link.tenant_id = $1 AND link.account_id = seen.id AND link.removed_at IS NULL
         AND CASE WHEN $3 = 'confirmed' THEN link.rule = 'person' ELSE ${conflictOf("link")} IS NOT NULL END))
   ORDER BY seen.id LIMIT $4`,
);

/** $1 tenant, $2 accounts. */
export const MATCHED_LINKS = `
SELECT link.ref, link.account_id, link.rule, link.linked_at, link.linked_by, link.removed_at IS NOT NULL AS is_removed,
  party.name, CASE WHEN link.removed_at IS NULL THEN ${conflictOf("link")} END AS conflict
FROM party_link AS link LEFT JOIN party ON party.tenant_id = $1 AND party.ref = link.ref
WHERE link.tenant_id = $1 AND link.account_id = ANY($2::uuid[]) ORDER BY link.ref`;

/** $1 tenant, $2 ref and $3 account of the last one before, or empty, $4 limit. */
export const SUGGESTED = `
SELECT offered.ref, offered.account_id AS key, survivor.id AS account_id, offered.rule, offered.reason, party.name,
  survivor.name AS account_name
FROM match_suggestion AS offered
JOIN account AS named ON named.tenant_id = $1 AND named.id = offered.account_id
JOIN account AS survivor ON survivor.tenant_id = $1 AND survivor.id = coalesce(named.merged_into, named.id)
LEFT JOIN party ON party.tenant_id = $1 AND party.ref = offered.ref
WHERE offered.tenant_id = $1 AND (offered.ref, offered.account_id::text) > ($2, $3)
ORDER BY offered.ref, offered.account_id::text LIMIT $4`;

/** $1 tenant, $2 ref of the last one before, or empty, $3 type or null, $4 limit. */
export const UNMATCHED = withExtent(
  `SELECT ref, platform, name, domains, external_id, is_customer FROM party
   WHERE tenant_id = $1 AND is_customer AND ref > $2
     AND ($3::text IS NULL OR split_part(ref, ':', 2) = $3::text) ORDER BY ref`,
  "ref",
  `SELECT own.* FROM (
     SELECT seen.*, (SELECT link.account_id FROM party_link AS link
       WHERE link.tenant_id = $1 AND link.ref = seen.ref) AS account_id FROM seen) AS own
   WHERE own.account_id IS NULL OR NOT EXISTS (SELECT 1 FROM party_link AS other
     WHERE other.tenant_id = $1 AND other.account_id = own.account_id AND other.removed_at IS NULL
       AND split_part(other.ref, ':', 1) <> own.platform)
   ORDER BY own.ref LIMIT $4`,
);

/** What parties may have in common: a value, and who has it. */
const TRAITS = {
  domain: { table: "party_domain", value: "domain" },
  external_id: { table: "party", value: "external_key" },
  name: { table: "party", value: "name_key" },
} as const;

const holders = (kind: keyof typeof TRAITS, as: string): string =>
  `${TRAITS[kind].table} AS ${as} JOIN party_link AS ${as}_link ON ${as}_link.tenant_id = $1
    AND ${as}_link.ref = ${as}.ref AND ${as}_link.removed_at IS NULL`;
const isKept = (ref: string, account: string): string => `EXISTS (SELECT 1 FROM match_rejection AS no
  WHERE no.tenant_id = $1 AND no.ref = ${ref} AND no.account_id = ${account})`;

/**
 * $1 tenant, $2 the last value before, or empty, $3 values that say nothing, $4 limit. Values that several accounts
 * share, unless a person has said of every two of them that they are not the same.
 */
export const sharedValues = (kind: keyof typeof TRAITS): string => {
  const { table, value } = TRAITS[kind];
  const next = `SELECT ${value} AS value FROM ${table}
    WHERE tenant_id = $1 AND ${value} > $2 AND ${value} <> ALL($3::text[]) ORDER BY ${value}`;
  return withExtent(
    next,
    "value",
    `SELECT shared.value FROM (SELECT DISTINCT value FROM seen) AS shared
     WHERE EXISTS (SELECT 1 FROM ${holders(kind, "a")} JOIN ${holders(kind, "b")} ON true
       WHERE a.tenant_id = $1 AND a.${value} = shared.value AND b.tenant_id = $1 AND b.${value} = shared.value
         AND a_link.account_id < b_link.account_id
         AND NOT ${isKept("a.ref", "b_link.account_id")} AND NOT ${isKept("b.ref", "a_link.account_id")})
     ORDER BY shared.value LIMIT $4`,
  );
};

/** $1 tenant, $2 values. */
export const sharedBy = (kind: keyof typeof TRAITS): string => `
SELECT a.${TRAITS[kind].value} AS value, a.ref, account.id, account.name FROM ${holders(kind, "a")}
JOIN account ON account.tenant_id = $1 AND account.id = a_link.account_id
WHERE a.tenant_id = $1 AND a.${TRAITS[kind].value} = ANY($2::text[]) ORDER BY account.id, a.ref`;
