import { createRemoteRoot, type RemoteChannel } from "@remote-ui/core";
import * as RemoteUI from "@remote-ui/react";
import { createEndpoint, type MessageEndpoint, retain } from "@remote-ui/rpc";
import * as React from "react";
import type { ForwardedResponse } from "../../protocol.ts";
import type { CardRun, HostActions } from "./card-protocol.ts";

/**
 * Runs one bundled card as HubSpot's own worker does: no DOM, components that are only names, and `hubspot.fetch`
 * through a backend that adds who is asking and signs.
 */

type Extension = (api: { context: unknown; actions: unknown }) => React.ReactNode;
interface FetchOptions {
  method?: string;
  timeout?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

let extension: Extension | null = null;
/** Of the worker's own scope, which the page's type library does not know. */
declare function importScripts(url: string): void;
const page: MessageEndpoint = {
  postMessage: (message, transfer = []) => self.postMessage(message, { transfer }),
  addEventListener: (type, listener) => self.addEventListener(type, listener),
  removeEventListener: (type, listener) => self.removeEventListener(type, listener),
};

createEndpoint<Record<string, never>>(page).expose({ run });

/** @throws what loading the bundle throws; a bundle that never calls `hubspot.extend` is an error too */
async function run(channel: RemoteChannel, card: CardRun, actions: HostActions): Promise<void> {
  retain(channel);
  retain(actions);
  installGlobals(card, actions);
  importScripts(card.bundleUrl);
  if (extension === null) throw new Error("the card's bundle did not call hubspot.extend");
  const root = createRemoteRoot(channel, { strict: false });
  RemoteUI.createRoot(root).render(extension({ context: card.context, actions }) as React.ReactElement);
  await root.mount();
}

function installGlobals(card: CardRun, actions: HostActions): void {
  const api = { context: card.context, actions, runServerlessFunction: refuse("serverless functions") };
  const say = (text: string) => void actions.log(String(text));
  Object.assign(self, {
    __HUBSPOT_EXTENSION_WORKER__: true,
    React,
    RemoteUI,
    logger: { debug: say, info: say, warn: say, error: say },
    extend_V2: (render: Extension) => {
      extension = render;
    },
    hsFetch: (url: string, options?: FetchOptions) => fetchThroughHubSpot(card, url, options),
    serverless: refuse("serverless functions"),
    hsWorkerAPI: {
      useExtensionContext: () => card.context,
      useExtensionActions: () => actions,
      useExtensionApi: () => api,
      useAppPageLocation: () => ({ path: "/", params: {} }),
      fetchCrmProperties: (names: string[], onUpdate: (properties: Record<string, string>) => void) =>
        readProperties(actions, names, onUpdate),
      fetchCrmSearch: refuse("CRM search"),
      fetchAssociations: refuse("associations"),
      fetchHubSpotApi: refuse("HubSpot's own API"),
      formatCrmProperties: refuse("formatting of properties"),
    },
  });
}

const refuse = (what: string) => () => Promise.reject(new Error(`the demo's HubSpot page has no ${what}`));

async function fetchThroughHubSpot(
  card: CardRun,
  url: string,
  options: FetchOptions = {},
): Promise<Response> {
  const answer = await fetch(card.backendUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url, ...options }),
  });
  const forwarded = (await answer.json()) as ForwardedResponse;
  const mayHaveBody = forwarded.status !== 204 && forwarded.status !== 304;
  return new Response(mayHaveBody ? forwarded.body : null, {
    status: forwarded.status,
    headers: { "content-type": forwarded.contentType },
  });
}

/** What `useCrmProperties` reads, and hears of later. */
async function readProperties(
  actions: HostActions,
  names: string[],
  onUpdate: (properties: Record<string, string>) => void,
): Promise<{ json(): Promise<unknown> }> {
  await actions.onCrmPropertiesUpdate(names, onUpdate);
  const data = await actions.fetchCrmObjectProperties(names);
  return { json: () => Promise.resolve({ data }) };
}
