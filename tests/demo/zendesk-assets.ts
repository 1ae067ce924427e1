import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express, { type Express } from "express";
import { z } from "zod";
import { ZAF_SDK_URL, zafSdkScript } from "../support/zaf-host-bundle.ts";
import type { ZafProxySettings } from "../support/zaf-proxy.ts";

const manifest = z.object({
  location: z.object({ support: z.record(z.string(), z.union([z.string(), z.object({ url: z.string() })])) }),
  domainWhitelist: z.array(z.string()).default([]),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        secure: z.boolean().default(false),
        scopes: z.array(z.enum(["header", "url", "body", "jwt_secret_key", "jwt_claim"])).default([]),
      }),
    )
    .default([]),
});
export type ZendeskManifest = z.infer<typeof manifest>;

/** Of the built app. @throws {Error} when it is not there or not readable */
export const readManifest = async (appFolder: string): Promise<ZendeskManifest> =>
  manifest.parse(JSON.parse(await readFile(join(appFolder, "manifest.json"), "utf8")));

/** Path of the page for a location, e.g. `assets/iframe.html`. */
export function pageOf({ location }: ZendeskManifest, name: string): string {
  const place = location.support[name];
  if (place === undefined) throw new Error(`the Zendesk app's manifest has no ${name}`);
  return typeof place === "string" ? place : place.url;
}

/**
 * What an admin types in at installation: where Bellwether runs, as an address and as a bare host, and the secret.
 * @param secret for the secure setting, which the browser never sees
 */
export function installedSettings(
  { parameters, domainWhitelist }: ZendeskManifest,
  serverUrl: string,
  secret: string,
): { open: Record<string, string>; proxy: ZafProxySettings } {
  const { host } = new URL(serverUrl);
  const open = Object.fromEntries(
    parameters
      .filter(({ secure }) => !secure)
      .map(({ name, type }) => [name, type === "url" ? serverUrl : host]),
  );
  const secure = Object.fromEntries(
    parameters.filter((one) => one.secure).map(({ name, scopes }) => [name, { value: secret, scopes }]),
  );
  const filled = (text: string) =>
    text.replace(/\{\{setting\.(\w+)\}\}/g, (placeholder, name: string) => open[name] ?? placeholder);
  return { open, proxy: { secure, domainWhitelist: domainWhitelist.map(filled) } };
}

/**
 * Plays the host that Zendesk serves an app's assets from. Zendesk's SDK comes from its own network, which a demo
 * must not depend on: the page gets a stand-in that speaks the same protocol.
 */
export function zendeskAssets(appFolder: string): Express {
  const app = express();
  const sdk = zafSdkScript();
  sdk.catch(() => undefined); // whoever asks for it gets the error
  app.disable("x-powered-by");
  app.get("/zaf-sdk.js", async (_req, res) => {
    res.type("js").send(await sdk);
  });
  app.get(/\.html$/, async (req, res) => {
    const page = await readFile(join(appFolder, decodeURIComponent(req.path)), "utf8");
    res.type("html").send(page.replaceAll(ZAF_SDK_URL, "/zaf-sdk.js"));
  });
  app.use(express.static(appFolder));
  return app;
}
