export const HOURS = 24;

/**
 * Share of a day's events in each hour; they sum to 1. An even ground carries a bell (the upper half of a cosine over
 * twelve hours) around `peakHour`; where the bell alone is too flat for `peakToMean`, it is raised to a power.
 * @param peakToMean busiest hour ÷ mean hour, at most 12
 */
export function hourShares(peakToMean: number, peakHour: number): number[] {
  for (let power = 1; power <= 64; power *= 2) {
    const bell = Array.from({ length: HOURS }, (_, hour) => bellAt(hour, peakHour) ** power);
    const mean = bell.reduce((sum, height) => sum + height, 0) / HOURS;
    // ground + slope × bell, with a mean of 1 and peakToMean at the peak, where the bell is 1
    const slope = (peakToMean - 1) / (1 - mean);
    const ground = 1 - slope * mean;
    if (ground >= 0) return bell.map((height) => (ground + slope * height) / HOURS);
  }
  throw new Error(`a day cannot be ${peakToMean} times as busy in one hour as on average`);
}

function bellAt(hour: number, peakHour: number): number {
  const apart = Math.abs(((hour - peakHour + HOURS + HOURS / 2) % HOURS) - HOURS / 2);
  return Math.max(0, Math.cos((apart * Math.PI) / 12));
}
