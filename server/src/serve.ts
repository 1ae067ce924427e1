import type { AddressInfo } from "node:net";
import { createLog } from "./adapters/observability/log.ts";
import { createTrace } from "./adapters/observability/trace.ts";
import { bindJobs } from "./bind-jobs.ts";
import { compose, type Parts } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";
import { createApp } from "./http/app.ts";
import { endOnUncaught } from "./last-resort.ts";
import { serveHttp, stopServing } from "./serve-http.ts";
import { connectFromEnvironment } from "./services/connect-from-environment.ts";
import { AppError, PlatformError } from "./services/errors.ts";

/** `node main.ts` serves and works; `node main.ts web` and `node main.ts worker` do one of the two. */
type Role = "all" | "web" | "worker";
const HTTP_STOP_MS = 4_000;
const QUEUE_STOP_MS = 5_000;
const CONNECT_RETRY_MS = 5_000;

function roleOf(argument: string | undefined): Role {
  if (argument === undefined) return "all";
  if (argument === "web" || argument === "worker") return argument;
  throw new AppError(
    "config_invalid",
    `There is no role "${argument}": use web, worker or nothing for both.`,
  );
}

async function start(role: Role, config: Config, parts: Parts): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  // a load balancer that asks sends nothing more to a server that is about to end
  const isReady = async (): Promise<boolean> => !stopping.signal.aborted && (await parts.isReady());
  const server = role === "worker" ? null : await serveHttp(createApp({ ...parts, isReady }), config.PORT);
  if (role !== "worker") await connectTokens(config, parts, stopping);
  const stopJobs = role === "web" ? null : await bindJobs(parts);
  if (server) {
    const { port } = server.address() as AddressInfo;
    parts.log.info({ port, role }, `listening on port ${port}`);
  } else parts.log.info({ role }, "working");
  return async () => {
    stopping.abort();
    stopJobs?.();
    await Promise.all([server && stopServing(server, HTTP_STOP_MS), parts.queue.stop(QUEUE_STOP_MS)]);
    await parts.close();
  };
}

/** HubSpot being away at our start must not keep us down: whose token it is gets asked again until it answers. */
async function connectTokens(config: Config, parts: Parts, stopping: AbortController): Promise<void> {
  try {
    await connectOnce(config, parts);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === "unauthorized" || error.kind === "forbidden")
      throw error;
    parts.log.warn({ error }, "the tokens cannot be connected yet; trying again");
    const again = setTimeout(
      () => void connectTokens(config, parts, stopping).catch(fatal),
      CONNECT_RETRY_MS,
    );
    stopping.signal.addEventListener("abort", () => clearTimeout(again));
  }
}

async function connectOnce(config: Config, parts: Parts): Promise<void> {
  const {
    HUBSPOT_ACCESS_TOKEN: hubspot,
    ZENDESK_ACCESS_TOKEN: zendesk,
    ZENDESK_SUBDOMAIN: subdomain,
  } = config;
  await connectFromEnvironment(
    { ...parts.connect, log: parts.log },
    {
      hubspot: hubspot ? { accessToken: hubspot, portalId: config.HUBSPOT_PORTAL_ID ?? null } : null,
      zendesk:
        zendesk && subdomain
          ? { accessToken: zendesk, subdomain, appSecret: config.ZENDESK_APP_SECRET ?? null }
          : null,
      lookUpPortalId: parts.lookUpPortalId,
    },
  );
}

/**
 * Runs until a signal ends it; resolves when it is up. What keeps it from starting is printed and ends the process.
 * @param role `web` or `worker`; absent = both
 */
export async function serve(role: string | undefined): Promise<void> {
  await run(role).catch(fatal);
}

async function run(argument: string | undefined): Promise<void> {
  const role = roleOf(argument);
  const config = readConfig(process.env);
  const trace = createTrace();
  const log = createLog(config.LOG_LEVEL, trace.fields);
  let stop = async (): Promise<void> => undefined;
  endOnUncaught(log, () => stop());
  const parts = await compose(config, log, role !== "web", trace);
  stop = await start(role, config, parts);
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
}

function fatal(error: unknown): void {
  // the log may not exist yet; what is wrong must be readable all the same
  const isExpected = error instanceof AppError || error instanceof PlatformError;
  process.stderr.write(
    `${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}
