import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 20;

/**
 * Asks again until the check no longer throws, and gives its answer back.
 * @throws the last failure after `timeoutMs`, so that the message says what was wrong
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Asks until there is an answer other than `undefined`; fails after `timeoutMs`. */
export const answered = <T>(
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 10_000,
): Promise<T> =>
  eventually(async () => {
    const answer = await ask();
    if (answer === undefined) throw new Error(`nothing within ${timeoutMs} ms`);
    return answer;
  }, timeoutMs);
