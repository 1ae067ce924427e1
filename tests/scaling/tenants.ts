/**
 * Sizes of tenants, largest first, by a power law; the sum is exactly `accounts` and nobody has less than one.
 * @param exponent 0 = all alike; around 1 a few tenants have most of the accounts
 */
export function tenantSizes(accounts: number, tenants: number, exponent: number): number[] {
  if (accounts < tenants) throw new Error(`${accounts} accounts are not enough for ${tenants} tenants`);
  const weights = Array.from({ length: tenants }, (_, i) => (i + 1) ** -exponent);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const free = accounts - tenants; // everybody has one already
  let given = 0;
  let due = 0;
  return weights.map((weight) => {
    due += (weight / whole) * free;
    const size = Math.max(0, Math.min(Math.round(due), free) - given);
    given += size;
    return size + 1;
  });
}

/** The size that `share` of all tenants do not exceed. @param sizes largest first */
export const sizeAt = (sizes: readonly number[], share: number): number =>
  sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * (1 - share)))] ?? 0;
