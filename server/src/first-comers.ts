import type { Server } from "node:http";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

const LOOK_MS = 5;
/** A connection is accepted in one, read in the next; the first may be half over. */
const TURNS = 3;

/** How long newcomers are waited for, and how long at most until they are answered. */
export interface FirstComerLimits {
  comeMs: number;
  mostMs: number;
}

/**
 * Gives whoever waited at the door their answers. What is done next takes the thread for some tenths of a second, and a
 * request that is half done would have to wait for all of it. Under a stream of requests somebody is always under way:
 * hence the second limit.
 */
export async function answerFirstComers(server: Server, { comeMs, mostMs }: FirstComerLimits): Promise<void> {
  const startedAt = performance.now();
  let underWay = 0;
  const count = (_req: unknown, res: { once(event: "close", heard: () => void): void }): void => {
    underWay++;
    res.once("close", () => underWay--);
  };
  server.on("request", count);
  await sleep(comeMs);
  // a thread that was busy until now hears of the time before it hears of connections and what comes over them
  for (let turns = 0; turns < TURNS; turns++) await turn();
  while (underWay > 0 && performance.now() - startedAt < mostMs) await sleep(LOOK_MS);
  server.off("request", count);
}

/**
 * Between steps of a start: whoever came meanwhile is read, and their work takes its turn. The embedded database answers
 * without a turn of the event loop, so that awaiting it lets nobody in.
 */
export const letOthersIn = (): Promise<void> => turn();
