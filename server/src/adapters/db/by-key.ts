/**
 * SQL: the one row of `table` that `key` names, as a table of its own to join with each asked row; `own` is the row's
 * alias in it. LIMIT keeps the planner from turning the look-up round: of a tenant that is not yet in the statistics it
 * takes one row for granted, and would read all of the tenant's rows for every set of a hundred.
 */
export const byKey = (table: string, key: string): string =>
  `LATERAL (SELECT own.* FROM ${table} AS own WHERE ${key} LIMIT 1)`;

/** SQL: the same, of which only the place is asked for (`inPlace`): of rows that this transaction has locked. */
export const placeByKey = (table: string, key: string): string =>
  `LATERAL (SELECT own.ctid FROM ${table} AS own WHERE ${key} LIMIT 1) AS due`;
