/**
 * SQL: locks the rows that sorted `claims` name, one by one. Whoever marks rows locks them in the order of their keys.
 * Locked in another order, as a plan happens to find them or the deleted ones before the others, two transactions would
 * now and then wait for each other; the database takes a second to see that, and all that is behind them waits as well.
 * @param rows table and alias
 */
export const lockInOrder = (claims: string, rows: string, isClaimed: string): string =>
  `SELECT 1 FROM ${claims} CROSS JOIN LATERAL (SELECT 1 FROM ${rows} WHERE ${isClaimed} FOR UPDATE) AS held`;

interface RecordClaim {
  /** Type and id. */
  y: string;
  i: string;
}

/** The order in which records are marked and their rows in the outbox are written. */
export const byTypeAndId = (one: RecordClaim, other: RecordClaim): number =>
  `${one.y}:${one.i}` < `${other.y}:${other.i}` ? -1 : 1;
