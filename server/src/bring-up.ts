import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FrontParts } from "./compose-front.ts";
import type { Config } from "./config.ts";
import { connectTokens, knowsItsConnections } from "./environment-tokens.ts";
import { answerFirstComers, letOthersIn } from "./first-comers.ts";
import { createFront } from "./http/front.ts";
import { serveHttp, stopServing } from "./serve-http.ts";
import type { Log } from "./services/ports.ts";

/** `node main.ts` serves and works; `node main.ts web` and `node main.ts worker` do one of the two. */
export type Role = "all" | "web" | "worker";

const HTTP_STOP_MS = 4_000;
const QUEUE_STOP_MS = 5_000;
const FIRST_COMERS = { comeMs: 50, mostMs: 500 };
const HALF_UP_MS = 2_000;

interface Starting {
  role: Role;
  config: Config;
  front: FrontParts;
}

/** What of a process is up so far. */
interface Running {
  stopping: AbortController;
  server: Server | null;
  stopJobs: (() => void) | null;
}

/** @returns `up` when all is there, and what ends it in order at any time, half up or not */
export function startProcess(starting: Starting): { up: Promise<void>; stop(): Promise<void> } {
  const running: Running = { stopping: new AbortController(), server: null, stopJobs: null };
  const up = bringUp(starting, running).catch((error: unknown) => {
    if (!running.stopping.signal.aborted) throw error;
  });
  return { up, stop: () => bringDown(starting.front, running, up) };
}

/**
 * Lets deliveries in first: the front listens as soon as database and queue are there, and what people and jobs need,
 * which takes as long again to load, comes up behind it. Until then `/readyz` says no. Where the connections that the
 * environment names are new, it listens behind that: deliveries for them would be nobody's before.
 */
async function bringUp({ role, config, front }: Starting, running: Running): Promise<void> {
  const { stopping } = running;
  const rest = Promise.withResolvers<void>();
  let isMounted = false;
  // a load balancer that asks sends nothing more to a server that is about to end
  const isReady = async (): Promise<boolean> =>
    isMounted && !stopping.signal.aborted && (await front.isReady());
  const app = role === "worker" ? null : createFront({ ...front, isReady }, rest.promise);
  const listen = async (): Promise<void> => {
    if (app) running.server ??= await serveHttp(app, config.PORT);
  };
  if (app && (await knowsItsConnections(front, config))) {
    await listen();
    if (running.server) await answerFirstComers(running.server, FIRST_COMERS);
  }
  const { bindJobs, composeRest, mountRest } = await import("./rest.ts");
  await letOthersIn();
  stopping.signal.throwIfAborted();
  const parts = composeRest(config, front);
  if (app) {
    mountRest(app, { ...parts, isReady });
    isMounted = true;
    rest.resolve();
    await letOthersIn();
    await connectTokens(config, parts, stopping);
    stopping.signal.throwIfAborted();
    await listen();
  }
  if (role !== "web") running.stopJobs = await bindJobs(parts);
  logUp(front.log, role, running.server);
}

function logUp(log: Log, role: Role, server: Server | null): void {
  if (server === null) {
    log.info({ role }, "working");
    return;
  }
  const { port } = server.address() as AddressInfo;
  log.info({ port, role }, `listening on port ${port}`);
}

async function bringDown(front: FrontParts, running: Running, up: Promise<void>): Promise<void> {
  running.stopping.abort();
  const taken = running.server && stopServing(running.server, HTTP_STOP_MS);
  // jobs that are just being bound end with the others; what waits for a platform is not waited for
  await Promise.race([up.catch(() => undefined), sleep(HALF_UP_MS)]);
  running.stopJobs?.();
  await Promise.all([taken, front.queue.stop(QUEUE_STOP_MS)]);
  await front.close();
}
