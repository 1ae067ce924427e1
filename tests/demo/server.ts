import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { BellwetherProcess } from "./bellwether-process.ts";
import { buildWhatChanged, ZENDESK_FOLDER } from "./build.ts";
import { freePort, HOST, listen } from "./listen.ts";
import { wireDemo } from "./wire.ts";
import { zendeskAssets } from "./zendesk-assets.ts";

const READY_LIMIT_MS = 55_000;

export interface DemoOptions {
  /** Of the page; 0 = any free one. */
  port: number;
  seed: number;
  /** Where the server keeps its database; `null` = a temporary folder, removed at the end. */
  dataDir: string | null;
  log(line: string): void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
}

export interface Demo {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts sandbox, server and page. Resolves when the page is reachable and the server ready; history is read after.
 * @throws {Error} whose message says what to do: port taken, build failed, server did not start
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const cleanups: (() => unknown)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const url = await start(options, cleanups);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: DemoOptions, cleanups: (() => unknown)[]): Promise<string> {
  const ending = new AbortController();
  cleanups.push(() => ending.abort());
  options.signal?.addEventListener("abort", () => ending.abort(), { once: true });
  const state: { handle: RequestListener | null } = { handle: null };
  // First of all the port: a visitor whose port is taken should not wait to hear it.
  const page = await listen(options.port, (req, res) => {
    if (state.handle) state.handle(req, res);
    else res.writeHead(503, { "retry-after": "1" }).end("The demo is starting.");
  });
  cleanups.push(page.close);
  const dataDir = options.dataDir ?? (await temporaryFolder(cleanups));
  options.log("Starting the sandbox, the server and the page…");
  const building = buildWhatChanged();
  building.catch(() => undefined); // awaited below; the server's failure may come first
  const sandbox = await startSandbox({ seed: options.seed, now: () => new Date() });
  cleanups.push(() => sandbox.stop());
  const server = await startServer(sandbox, dataDir, cleanups);
  await building;
  const assets = await listen(0, zendeskAssets(ZENDESK_FOLDER));
  cleanups.push(assets.close);
  const demo = await wireDemo({ sandbox, server, assetsUrl: assets.url, signal: ending.signal });
  server.onEnd.tell = demo.serverEnded;
  cleanups.push(demo.close);
  state.handle = demo.app;
  await server.process.untilReady(READY_LIMIT_MS, ending.signal);
  sandbox.setHubspotWebhook({
    url: `${server.url}/webhooks/hubspot`,
    clientSecret: sandbox.hubspotClientSecret,
    appId: Number(sandbox.hubspotAppId),
  });
  return page.url;
}

interface RunningServer {
  url: string;
  process: BellwetherProcess;
  adminToken: string;
  zendeskAppSecret: string;
  /** Called when it ends by itself. */
  onEnd: { tell(reason: string): void };
}

async function startServer(
  sandbox: Sandbox,
  dataDir: string,
  cleanups: (() => unknown)[],
): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://${HOST}:${port}`;
  const adminToken = randomBytes(24).toString("hex");
  const zendeskAppSecret = randomBytes(24).toString("hex");
  const onEnd = { tell: (_reason: string): void => undefined };
  const child = new BellwetherProcess(
    url,
    {
      PORT: String(port),
      PUBLIC_URL: url,
      DATA_DIR: join(dataDir, "data"),
      LOG_LEVEL: "info",
      ADMIN_TOKEN: adminToken,
      HUBSPOT_API_URL: sandbox.hubspotUrl,
      HUBSPOT_ACCESS_TOKEN: sandbox.hubspotAccessToken,
      HUBSPOT_PORTAL_ID: sandbox.portalId,
      HUBSPOT_CLIENT_SECRET: sandbox.hubspotClientSecret,
      HUBSPOT_APP_ID: sandbox.hubspotAppId,
      ZENDESK_URL: sandbox.zendeskUrl,
      ZENDESK_SUBDOMAIN: sandbox.subdomain,
      ZENDESK_ACCESS_TOKEN: sandbox.zendeskAccessToken,
      ZENDESK_APP_SECRET: zendeskAppSecret,
    },
    (reason) => onEnd.tell(reason),
  );
  const killed = () => child.kill();
  process.once("exit", killed);
  cleanups.push(async () => {
    await child.stop();
    process.removeListener("exit", killed);
  });
  return { url, process: child, adminToken, zendeskAppSecret, onEnd };
}

async function temporaryFolder(cleanups: (() => unknown)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bellwether-demo-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
