import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser, Frame, Page } from "playwright-core";
import { watchComplaints } from "./browser.ts";
import type { ZafMessage, ZafRequestOptions } from "./zaf-host.ts";
import { ZAF_SDK_URL, zafHostScript, zafSdkScript } from "./zaf-host-bundle.ts";
import { proxyZafRequest } from "./zaf-proxy.ts";

/** Page of a stand-in for Zendesk that shows the built app beside a record, with a server of the test's own behind. */

export const APP_SECRET = "test-app-secret-of-32-characters";

/** A missing element should fail a test soon. */
const PATIENCE_MS = 10_000;

export interface ApiCall {
  method: string;
  url: URL;
  authorization: string;
  /** Parsed; `undefined` without one. */
  body: unknown;
}
export type ApiAnswer = { status: number; contentType: string; body: string } | "never";

export interface SidebarOptions {
  location?: string;
  /** What `client.get` reads; without any, an empty record. */
  data?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  widthPx?: number;
  colorScheme?: "light" | "dark";
  /** Leaves requests of this kind without an answer, as a host that hangs. */
  silentAt?: "handshake" | "get" | "invoke";
  /** Address of the app without the host's parameters, as when it is opened by itself. */
  isAlone?: boolean;
  /** Zendesk's script does not load. */
  isSdkBlocked?: boolean;
  answer?: (call: ApiCall) => ApiAnswer | Promise<ApiAnswer>;
}

export interface Sidebar {
  page: Page;
  app: Frame;
  calls: ApiCall[];
  complaints: string[];
  /** Heights in px that the app asked the frame to have. */
  heights(): Promise<number[]>;
  messages(): Promise<ZafMessage[]>;
  fire(event: string, message?: unknown): Promise<void>;
  change(path: string, value: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface ZendeskStage {
  open(options: SidebarOptions): Promise<Sidebar>;
  close(): Promise<void>;
}

declare global {
  interface Window {
    ZafHost: typeof import("./zaf-host.ts");
    zafHost: import("./zaf-host.ts").ZafHost;
    zafMessages: ZafMessage[];
    zafHeights: number[];
    zafProxy: (request: ZafRequestOptions) => ReturnType<typeof import("./zaf-proxy.ts").proxyZafRequest>;
  }
}

/** @param assets folder of the built app that holds `index.html` */
export async function openZendeskStage(browser: Browser, assets: string): Promise<ZendeskStage> {
  const [hostScript, sdkScript] = await Promise.all([zafHostScript(), zafSdkScript()]);
  const hostPage = `<!doctype html><title>Host</title><link rel="icon" href="data:,"><body style="margin:0"><iframe title="app" style="border:0;height:120px"></iframe><script>${hostScript}</script>`;
  const app = await listen((request, response) => serveFile(assets, request, response));
  const host = await listen((_, response) => reply(response, 200, "text/html", hostPage));
  return {
    open: (options) => openSidebar(browser, { app: app.origin, host: host.origin, sdkScript }, options),
    close: async () => {
      await Promise.all([app.close(), host.close()]);
    },
  };
}

async function openSidebar(
  browser: Browser,
  { app, host, sdkScript }: { app: string; host: string; sdkScript: string },
  options: SidebarOptions,
): Promise<Sidebar> {
  const calls: ApiCall[] = [];
  const api = await listen((request, response) => serveApi(calls, options.answer, request, response));
  const page = await browser.newPage({
    viewport: { width: 900, height: 1400 },
    timezoneId: "UTC",
    locale: "en-GB",
  });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints = watchComplaints(page);
  await page.route(ZAF_SDK_URL, (route) =>
    options.isSdkBlocked ? route.abort() : route.fulfill({ contentType: "text/javascript", body: sdkScript }),
  );
  const whitelist = [new URL(api.origin).host];
  const secure = { app_secret: { value: APP_SECRET, scopes: ["jwt_secret_key"] as const } };
  await page.exposeFunction("zafProxy", (request: ZafRequestOptions) =>
    proxyZafRequest(request, { secure, domainWhitelist: whitelist }, new Date()),
  );
  const close = async () => {
    await page.close();
    await api.close();
  };
  if (options.isAlone) {
    await page.goto(`${app}/index.html`);
    return { page, app: page.mainFrame(), calls, complaints, close, ...spies(page) };
  }
  await page.goto(host);
  await page.evaluate(startHost, {
    ...options,
    answer: undefined,
    appUrl: `${app}/index.html`,
    settings: options.settings ?? { api_url: `${api.origin}/` },
  });
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  if (!frame) throw new Error("the app's frame did not load");
  return { page, app: frame, calls, complaints, close, ...spies(page) };
}

/** Runs in the host's page. */
function startHost(options: Omit<SidebarOptions, "answer"> & { appUrl: string }): void {
  const frame = document.querySelector("iframe") as HTMLIFrameElement;
  frame.style.width = `${options.widthPx ?? 320}px`;
  window.zafMessages = [];
  window.zafHeights = [];
  window.zafHost = window.ZafHost.startZafHost({
    frame,
    appUrl: options.appUrl,
    appGuid: "guid-1",
    context: {
      product: "support",
      location: options.location ?? "ticket_sidebar",
      instanceGuid: "guid-1",
      account: { subdomain: "larkspur-support" },
    },
    metadata: { appId: 1, installationId: 2, settings: options.settings ?? {} },
    data: { "currentUser.id": 501, "currentAccount.subdomain": "larkspur-support", ...options.data },
    actions: {
      resize: (size) => {
        const height = Number.parseFloat((size as { height: string }).height);
        window.zafHeights.push(height);
        frame.style.height = `${height}px`;
      },
    },
    proxy: (request) => window.zafProxy(request),
    ...(options.colorScheme ? { colorScheme: options.colorScheme } : {}),
    answers: ({ key, request }) =>
      options.silentAt === undefined ||
      (options.silentAt !== request && !(options.silentAt === "handshake" && key === "iframe.handshake")),
    onMessage: (message) => window.zafMessages.push(message),
  });
}

const spies = (page: Page) => ({
  heights: () => page.evaluate(() => window.zafHeights),
  messages: () => page.evaluate(() => window.zafMessages),
  fire: (event: string, message?: unknown) =>
    page.evaluate(([name, value]) => window.zafHost.fire(name as string, value), [event, message] as const),
  change: (path: string, value: unknown) =>
    page.evaluate(([name, next]) => window.zafHost.change(name as string, next), [path, value] as const),
});

async function serveApi(
  calls: ApiCall[],
  answer: SidebarOptions["answer"],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const call = {
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", "http://127.0.0.1"),
    authorization: request.headers.authorization ?? "",
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
  calls.push(call);
  const given = (await answer?.(call)) ?? "never";
  if (given !== "never") reply(response, given.status, given.contentType, given.body);
}

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

async function serveFile(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (pathname === "/favicon.ico") return reply(response, 200, "image/svg+xml", "<svg/>");
  try {
    const body = await readFile(join(folder, normalize(pathname)));
    reply(response, 200, TYPES[extname(pathname)] ?? "application/octet-stream", body);
  } catch {
    reply(response, 404, "text/plain", `${pathname} is not there`);
  }
}

const reply = (response: ServerResponse, status: number, type: string, body: string | Buffer): void => {
  response.writeHead(status, { "content-type": type }).end(body);
};

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
