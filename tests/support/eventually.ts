import { setTimeout as sleep } from "node:timers/promises";

const FIRST_PAUSE_MS = 20;
/** What is asked shares the machine with what is waited for. */
const LONGEST_PAUSE_MS = 200;

/**
 * Asks again until the check no longer throws, and gives its answer back.
 * @throws the last failure after `timeoutMs`, so that the message says what was wrong
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(pauseMs);
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
