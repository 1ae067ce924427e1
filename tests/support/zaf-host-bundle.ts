import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "vite";

/** Address that the app loads Zendesk's SDK from; tests and demo answer it with `zafSdkScript()`. */
export const ZAF_SDK_URL = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js";

/** `zaf-host.ts` as a classic script; its exports are on the global `ZafHost`. */
export const zafHostScript = (): Promise<string> =>
  bundle(join(import.meta.dirname, "zaf-host.ts"), "ZafHost");

/**
 * A stand-in for Zendesk's SDK, as a classic script that defines the global `ZAFClient`: the npm fork of an older
 * release, with the same protocol. Differs from the real one: gives up on a silent host after 5 s instead of 5 min.
 */
export const zafSdkScript = (): Promise<string> =>
  bundle(createRequire(import.meta.url).resolve("zendesk_app_framework_sdk"), "ZAFClient");

async function bundle(entry: string, name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry, name, formats: ["iife"], fileName: "bundle" } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error(`${entry} was not bundled`);
  return chunk.code;
}
