import { setFlagsFromString } from "node:v8";

/** Garbage may grow to half of what lives before the old part of the heap is swept. */
const GROWING_PERCENT = 50;

/**
 * Left to itself V8 lets garbage grow to several times of what lives, as long as the machine has memory: a worker that
 * holds 60 MB was seen at 480. Sweeping sooner takes 20 ms every few thousand accounts. The flag is read at every sweep,
 * so that it counts from now on; a V8 that does not know it says so on stderr and goes on.
 */
export const keepHeapSmall = (): void => setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
