import type { Log } from "./services/ports.ts";

/** Longer than a clean stop may take, shorter than supervisors wait. */
const DEADLINE_MS = 11_000;

interface Process {
  on(event: "uncaughtException", listener: (error: unknown, origin: string) => void): unknown;
  exit(code: number): void;
}

/**
 * What nobody caught, a rejected promise too, ends the process with status 1: after it nothing is certain any more,
 * and whoever supervises the process starts it again. Before that it is logged, and work under way may end in order.
 * @param stop ends what was started so far
 */
export function endOnUncaught(
  log: Log,
  stop: () => Promise<void>,
  own: Process = process,
  deadlineMs = DEADLINE_MS,
): void {
  let isEnding = false;
  own.on("uncaughtException", (error, origin) => {
    log.error({ error, origin }, "an error that nobody caught: ending, to be started again");
    if (isEnding) return;
    isEnding = true;
    const end = (): void => own.exit(1);
    setTimeout(end, deadlineMs).unref();
    stop().then(end, (trouble: unknown) => {
      log.error({ error: trouble }, "did not stop cleanly");
      end();
    });
  });
}
