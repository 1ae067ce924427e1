/** Bisection ends after as many halvings of [−40, 40] as a double can tell apart. */
const HALVINGS = 60;

/** The value below which a standard normal variable stays with probability `p`, 0 < p < 1; exact to about 1e-9. */
export function normalQuantile(p: number): number {
  let [low, high] = [-40, 40];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that a standard normal variable is below `x`. */
export function normalShareBelow(x: number): number {
  const distance = Math.abs(x);
  if (distance > 38) return x > 0 ? 1 : 0;
  const tail = distance < 3 ? 0.5 - seriesFromMiddle(distance) : tailFraction(distance);
  return x > 0 ? 1 - tail : tail;
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Share between 0 and x: density × (x + x³/3 + x⁵/15 + …). */
function seriesFromMiddle(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return density(x) * sum;
}

/** Share above x, as a continued fraction that converges quickly far out. */
function tailFraction(x: number): number {
  let fraction = x;
  for (let k = 80; k >= 1; k--) fraction = x + k / fraction;
  return density(x) / fraction;
}
