import { setTimeout as wait } from "node:timers/promises";
import type { Express } from "express";
import type { SandboxAccount, SandboxWrite } from "../sandbox/types.ts";
import { BellwetherApi } from "./bellwether-api.ts";
import { BookWatcher } from "./book-watcher.ts";
import { CARD_FOLDER, PAGE_FOLDER, ZENDESK_FOLDER } from "./build.ts";
import { EventHub } from "./event-hub.ts";
import { Journeys } from "./journeys.ts";
import type { ActionName, DemoAccount, DemoSnapshot, DemoUser } from "./protocol.ts";
import { type Platforms, Records } from "./records.ts";
import { demoApp } from "./routes.ts";
import { WriteFeed } from "./write-feed.ts";
import { installedSettings, pageOf, readManifest } from "./zendesk-assets.ts";

const USER: DemoUser = { id: 71, email: "robin@bellwether.example", firstName: "Robin", lastName: "Sato" };

/** The part of the sandbox that the page shows and plays with. */
export interface DemoSandbox extends Platforms {
  portalId: string;
  subdomain: string;
  hubspotClientSecret: string;
  hubspotAppId: string;
  accounts: readonly SandboxAccount[];
  actions: Record<ActionName, (accountKey: string) => unknown>;
  onWrite(listener: (write: SandboxWrite) => void): void;
}

export interface DemoParts {
  sandbox: DemoSandbox;
  server: { url: string; adminToken: string; zendeskAppSecret: string };
  /** Where the Zendesk app's pages are served. */
  assetsUrl: string;
  signal: AbortSignal;
}

export interface WiredDemo {
  app: Express;
  serverEnded(reason: string): void;
  close(): void;
}

/** Joins sandbox, server and page. */
export async function wireDemo({ sandbox, server, assetsUrl, signal }: DemoParts): Promise<WiredDemo> {
  const accounts = sandbox.accounts.map(accountOf);
  const api = new BellwetherApi(server.url, server.adminToken);
  const manifest = await readManifest(ZENDESK_FOLDER);
  const settings = installedSettings(manifest, server.url, server.zendeskAppSecret);
  const writes = new WriteFeed(() => sandbox.accounts);
  const hub = new EventHub(() => snapshot());
  const watcher = new BookWatcher({
    api,
    accounts,
    onServer: (state) => hub.publish({ type: "server", server: state }),
    onGlances: (glances) => hub.publish({ type: "glances", glances }),
  });
  const journeys = new Journeys({
    act: async ({ key }, action) => {
      await sandbox.actions[action](key);
      publishTickets(key);
    },
    health: ({ key, name }) => {
      const id = watcher.accountIds.get(key);
      if (id === undefined) throw new Error(`Bellwether has not read ${name} yet. Wait for the history.`);
      return api.health(id);
    },
    publish: (journey) => hub.publish({ type: "journey", journey }),
    clock: () => performance.now(),
    pause: (ms) => wait(ms, undefined, { signal }),
    signal,
  });
  /** Actions open tickets, which the page should offer. */
  const publishTickets = (key: string): void => {
    const tickets = accounts.find((account) => account.key === key)?.zendeskTicketIds ?? [];
    hub.publish({ type: "tickets", accountKey: key, zendeskTicketIds: tickets });
  };
  const snapshot = (): DemoSnapshot => ({
    accounts,
    glances: watcher.glances,
    server: watcher.server,
    writes: writes.entries,
    journeys: journeys.recent,
    hubspot: {
      portalId: Number(sandbox.portalId),
      appId: sandbox.hubspotAppId,
      user: USER,
      apiUrl: server.url,
    },
    zendesk: {
      subdomain: sandbox.subdomain,
      appUrl: `${assetsUrl}/${pageOf(manifest, "ticket_sidebar")}`,
      settings: settings.open,
    },
  });
  sandbox.onWrite((write) => {
    const entry = writes.take(write);
    if (entry === null) return;
    hub.publish({ type: "write", write: entry });
    if (entry.accountKey !== null) journeys.wroteBack(entry.accountKey);
  });
  void watcher.run(signal);
  const app = demoApp({
    pageFolder: PAGE_FOLDER,
    cardFolder: CARD_FOLDER,
    accounts,
    hub,
    journeys,
    records: new Records(sandbox),
    identity: {
      permittedOrigin: new URL(server.url).origin,
      clientSecret: sandbox.hubspotClientSecret,
      portalId: Number(sandbox.portalId),
      appId: sandbox.hubspotAppId,
      user: USER,
    },
    proxySettings: settings.proxy,
    now: () => new Date(),
  });
  return { app, serverEnded: (reason) => watcher.ended(reason), close: () => hub.close() };
}

const accountOf = (account: SandboxAccount): DemoAccount => ({
  key: account.key,
  name: account.name,
  story: account.story,
  hubspotCompanyId: account.hubspotCompanyId,
  zendeskOrganizationId: account.zendeskOrganizationId,
  zendeskTicketIds: account.zendeskTicketIds,
});
