import type { RiskGroup } from "./model-report.ts";

const MOST_GROUPS = 10;
/** Fewer accounts in a group show any rate by chance. */
const ROWS_PER_GROUP = 20;
const Z_95 = 1.959963984540054;

/**
 * Predicted against observed loss rates: groups of about the same size by predicted risk, lowest first, equal
 * predictions together. With bins of equal width nearly all customers would stand in the lowest one.
 */
export function riskGroups(p: Float64Array, y: Uint8Array): RiskGroup[] {
  const order = [...p.keys()].toSorted((a, b) => (p[a] ?? 0) - (p[b] ?? 0) || a - b);
  const wanted = Math.max(1, Math.min(MOST_GROUPS, Math.floor(p.length / ROWS_PER_GROUP)));
  const groups: number[][] = [];
  for (const [rank, row] of order.entries()) {
    const place = Math.floor((rank * wanted) / order.length);
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isTied = last !== undefined && p[last] === p[row];
    if (group !== undefined && (isTied || groups.length > place)) group.push(row);
    else groups.push([row]);
  }
  return groups.map((rows) => groupOf(rows, p, y));
}

function groupOf(rows: readonly number[], p: Float64Array, y: Uint8Array): RiskGroup {
  const n = rows.length;
  const lost = rows.reduce((sum, row) => sum + (y[row] ?? 0), 0);
  return {
    from: p[rows[0] ?? 0] ?? 0,
    to: p[rows.at(-1) ?? 0] ?? 0,
    n,
    lost,
    meanPredicted: rows.reduce((sum, row) => sum + (p[row] ?? 0) / n, 0),
    observed: lost / n,
    ...wilson(lost / n, n),
  };
}

/** 95% interval of a share (Wilson). */
function wilson(share: number, n: number): { low95: number; high95: number } {
  const [shrink, square] = [1 + Z_95 ** 2 / n, Z_95 ** 2 / (2 * n)];
  const middle = (share + square) / shrink;
  const reach = (Z_95 / shrink) * Math.sqrt((share * (1 - share)) / n + square / (2 * n));
  return { low95: Math.max(0, middle - reach), high95: Math.min(1, middle + reach) };
}
