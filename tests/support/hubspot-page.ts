import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { bundleAll } from "../../hubspot-app/scripts/bundle.ts";
import { entrypointsOf, readMetaFiles, SOURCE_DIR } from "../../hubspot-app/scripts/project.ts";
import { watchComplaints } from "./browser.ts";

/** Page with one bundled card on it, drawn by the demo's stand-ins for HubSpot's components, and no server behind. */

/** A call as the card made it through `hubspot.fetch`. */
export interface CardCall {
  method: string;
  /** After `/api/hubspot/`. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown> | undefined;
}
export interface CardAnswer {
  status: number;
  json: unknown;
}
export type AnswerCard = (call: CardCall) => CardAnswer | Promise<CardAnswer>;

export interface CardOptions {
  bundle?: "HealthCard" | "HealthSidebarCard";
  /** Of the window; the card itself is never wider than `cardWidthPx`. */
  widthPx?: number;
  cardWidthPx?: number;
  objectTypeId?: string;
  answer: AnswerCard;
}

export interface ShownCard {
  page: Page;
  calls: CardCall[];
  complaints: string[];
  close(): Promise<void>;
}

export interface CardStage {
  open(options: CardOptions): Promise<ShownCard>;
}

/** A missing element should fail a test soon. */
const PATIENCE_MS = 10_000;

/**
 * Builds page and cards into a folder and serves them. Has to run under `NODE_ENV=production`, as HubSpot's build does.
 * @param folder a temporary one; the caller removes it
 */
export async function openCardStage(browser: Browser, folder: string): Promise<CardStage> {
  const cards = join(folder, "cards");
  const pageFolder = join(folder, "page");
  await bundleAll(SOURCE_DIR, entrypointsOf(readMetaFiles()), cards);
  const root = join(import.meta.dirname, "../demo/page");
  await build({
    root,
    configFile: false,
    logLevel: "silent",
    build: { outDir: pageFolder, emptyOutDir: true, rolldownOptions: { input: join(root, "card.html") } },
  });
  return { open: (options) => openCard(browser, { cards, pageFolder }, options) };
}

interface Folders {
  cards: string;
  pageFolder: string;
}

async function openCard(browser: Browser, folders: Folders, options: CardOptions): Promise<ShownCard> {
  const calls: CardCall[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/demo/hubspot-fetch") void forward(request, response, calls, options.answer);
    else void serveFile(folders, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage({
    viewport: { width: options.widthPx ?? 1280, height: 1000 },
    timezoneId: "UTC",
    locale: "en-GB",
  });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints = watchComplaints(page);
  const query = new URLSearchParams({
    bundle: options.bundle ?? "HealthCard",
    width: String(options.cardWidthPx ?? 720),
    objectTypeId: options.objectTypeId ?? "0-2",
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/card.html?${query}`);
  return {
    page,
    calls,
    complaints,
    close: async () => {
      await page.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Stands for HubSpot's backend: what it answers always arrives, with the server's answer inside. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  calls: CardCall[],
  answer: AnswerCard,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const asked = JSON.parse(Buffer.concat(chunks).toString()) as {
    url: string;
    method?: string;
    body?: Record<string, unknown>;
  };
  const url = new URL(asked.url);
  const call = {
    method: asked.method ?? "GET",
    path: url.pathname.replace("/api/hubspot/", ""),
    query: url.searchParams,
    body: asked.body,
  };
  calls.push(call);
  const { status, json } = await answer(call);
  const forwarded = { status, contentType: "application/json", body: JSON.stringify(json) };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(forwarded));
}

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

async function serveFile(
  { cards, pageFolder }: Folders,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = normalize(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
  const file = path.startsWith("/demo/cards/")
    ? join(cards, path.slice("/demo/cards/".length))
    : join(pageFolder, path);
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end(`${path} is not there`);
  }
}
