import { constants, setPriority } from "node:os";
import { createLog } from "./adapters/observability/log.ts";
import { createTrace } from "./adapters/observability/trace.ts";
import { type Role, startProcess } from "./bring-up.ts";
import { composeFront } from "./compose-front.ts";
import { readConfig } from "./config.ts";
import { fatal } from "./fatal.ts";
import { keepHeapSmall } from "./heap.ts";
import { endOnUncaught } from "./last-resort.ts";
import { AppError } from "./services/errors.ts";

function roleOf(argument: string | undefined): Role {
  if (argument === undefined) return "all";
  if (argument === "web" || argument === "worker") return argument;
  throw new AppError(
    "config_invalid",
    `There is no role "${argument}": use web, worker or nothing for both.`,
  );
}

/**
 * Runs until a signal ends it; resolves when it is up. What keeps it from starting is printed and ends the process.
 * @param role `web` or `worker`; absent = both
 */
export async function serve(role: string | undefined): Promise<void> {
  await run(role).catch(fatal);
}

/** A process that answers nobody: where it wants the core of one that does, people who wait come first. */
function makeWay(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // whoever answers requests would hold up some of them for every sweep
  keepHeapSmall();
}

async function run(argument: string | undefined): Promise<void> {
  const role = roleOf(argument);
  const config = readConfig(process.env);
  if (role === "worker") makeWay();
  const trace = createTrace();
  const log = createLog(config.LOG_LEVEL, trace.fields);
  let stop = async (): Promise<void> => undefined;
  endOnUncaught(log, () => stop());
  const front = await composeFront(config, log, role !== "web", trace);
  const started = startProcess({ role, config, front });
  stop = started.stop;
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      log.info({ signal }, "stopping");
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ error }, "did not stop cleanly");
          process.exit(1);
        },
      );
    });
  }
  await started.up;
}
