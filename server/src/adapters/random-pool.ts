import { randomFillSync } from "node:crypto";

const BLOCK_BYTES = 4096;

/**
 * Bytes of the system's generator, fetched a block at a time: ids are made for every request, and each call of its
 * own costs more than the id. Every byte is given away once. @param count at most one block
 */
export function randomPool(): (count: number) => Buffer {
  let block = Buffer.alloc(0);
  let used = 0;
  return (count) => {
    if (used + count > block.length) {
      block = randomFillSync(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      used = 0;
    }
    used += count;
    return block.subarray(used - count, used);
  };
}
