import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again until the answer satisfies, and gives it back.
 * @throws the last failure after `timeoutMs`, so that the message says what was wrong
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
