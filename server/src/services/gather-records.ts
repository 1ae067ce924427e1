import type { ConnectionId } from "@bellwether/shared";
import type { ClaimedRecord, LedgerStore, Pause } from "./ports.ts";

export interface GatherDeps {
  ledger: LedgerStore;
  pause: Pause;
  /** How long what happened waits at most for more, so that they share calls. */
  coalescingWindowMs: number;
}

/** Records read per round: whole batches of 100 for both platforms' calls. */
const ROUND = 300;
/** A full call waits for no more. */
const FULL = 100;
/** How often those that gather are counted at most, where they might fill a call before their time is over. */
const LOOK_AGAIN_MS = 20;

/**
 * Claims marked records for the next round of reading: as soon as they fill a call, or when the oldest of them has
 * waited for the window. Empty = there are none.
 */
export async function gatherRecords(
  {
    ledger,
    pause,
    coalescingWindowMs,
  }: Pick<GatherDeps, "pause" | "coalescingWindowMs"> & {
    ledger: Pick<LedgerStore, "waitingRecords" | "claimRecords">;
  },
  id: ConnectionId,
): Promise<ClaimedRecord[]> {
  for (;;) {
    const { records, oldestMs } = await ledger.waitingRecords(id, FULL);
    if (records === 0) return [];
    const leftMs = coalescingWindowMs - oldestMs;
    const isTime = leftMs <= 0;
    const claims = isTime || records >= FULL ? await ledger.claimRecords(id, ROUND, isTime ? 1 : FULL) : [];
    if (claims.length > 0) return claims;
    const untilFullMs = ((FULL - records) * oldestMs) / records; // at the pace so far
    await pause(isTime ? LOOK_AGAIN_MS : Math.min(Math.max(untilFullMs, LOOK_AGAIN_MS), leftMs));
  }
}
