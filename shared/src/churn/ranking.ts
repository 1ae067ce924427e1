import { normalQuantile } from "./normal-quantile.ts";

export interface Auc {
  /** Probability that a lost account had the higher prediction than a kept one; ties count half. */
  value: number;
  low95: number;
  high95: number;
}

/** `null` when only one kind of outcome is there. Interval by Hanley and McNeil (1982). */
export function aucOf(p: Float64Array, y: Uint8Array): Auc | null {
  const lost = y.reduce((sum, label) => sum + label, 0);
  const kept = y.length - lost;
  if (lost === 0 || kept === 0) return null;
  let ranks = 0;
  let below = 0;
  for (const { size, events } of tiesAscending(p, y)) {
    ranks += events * (below + (size + 1) / 2);
    below += size;
  }
  const value = (ranks - (lost * (lost + 1)) / 2) / (lost * kept);
  const [q1, q2] = [value / (2 - value), (2 * value ** 2) / (1 + value)];
  const spread = value * (1 - value) + (lost - 1) * (q1 - value ** 2) + (kept - 1) * (q2 - value ** 2);
  const reach = normalQuantile(0.975) * Math.sqrt(Math.max(0, spread) / (lost * kept));
  return { value, low95: Math.max(0, value - reach), high95: Math.min(1, value + reach) };
}

/** Loss rate among the riskiest share ÷ that of all; ties at the limit count in proportion. `null` when nobody was lost. */
export function liftOf(p: Float64Array, y: Uint8Array, share: number): number | null {
  const lost = y.reduce((sum, label) => sum + label, 0);
  if (lost === 0) return null;
  const wanted = Math.max(1, Math.round(share * y.length));
  let [left, found] = [wanted, 0];
  for (const { size, events } of tiesAscending(p, y).reverse()) {
    const taken = Math.min(left, size);
    found += (events * taken) / size;
    left -= taken;
    if (left === 0) break;
  }
  return found / wanted / (lost / y.length);
}

/** Groups of equal predictions, lowest first. */
function tiesAscending(p: Float64Array, y: Uint8Array): { size: number; events: number }[] {
  const order = Uint32Array.from(p, (_, i) => i).sort((a, b) => (p[a] ?? 0) - (p[b] ?? 0));
  const groups: { size: number; events: number }[] = [];
  let last = Number.NaN;
  for (const i of order) {
    const value = p[i] ?? 0;
    if (value !== last) groups.push({ size: 0, events: 0 });
    last = value;
    const group = groups.at(-1);
    if (group === undefined) continue;
    group.size++;
    group.events += y[i] ?? 0;
  }
  return groups;
}
