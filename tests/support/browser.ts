import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";

/** Our own few switches instead of the package's list: that one turns the same-origin policy off. */
const SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/bellwether");

/**
 * Starts a headless Chromium that came with `npm install`; the caller closes it.
 * The first call on a machine unpacks it (a few seconds, about 210 MB under `node_modules/.cache`).
 * Text is drawn with the package's own font, so that measured heights agree between machines.
 * @throws {Error} when the browser does not start, with Chromium's own message
 */
export async function openBrowser(): Promise<Browser> {
  const home = await unpackOnce();
  const fonts = { FONTCONFIG_FILE: join(home, "fonts.conf") };
  try {
    return await launch(home, fonts);
  } catch (error) {
    // A slim container lacks NSS and expat; the package carries them, but they must not shadow a system's own.
    if (!String(error).includes("error while loading shared libraries")) throw error;
    return await launch(home, { ...fonts, LD_LIBRARY_PATH: join(home, "al2023/lib") });
  }
}

/** Collects what a page complains of: console errors and warnings, uncaught errors, failed requests. */
export function watchComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // A navigation or a closed frame cancels what is under way; that is no fault of the page.
    if (reason !== "net::ERR_ABORTED") complaints.push(`request failed: ${request.url()} ${reason}`);
  });
  return complaints;
}

const launch = (home: string, env: Record<string, string>): Promise<Browser> =>
  chromium.launch({
    executablePath: join(home, "chromium"),
    args: SWITCHES,
    headless: true,
    env: { ...process.env, ...env },
  });

/** Two processes may come here at once: each unpacks beside, and a rename decides who was first. */
async function unpackOnce(): Promise<string> {
  const packageFile = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const root = dirname(dirname(packageFile));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const home = join(CACHE, `chromium-${version}`);
  if (existsSync(join(home, "fonts.conf"))) return home;
  const staging = join(CACHE, `unpacking-${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    await unpack(packageFile, staging);
    await writeFile(join(staging, "fonts.conf"), fontsConfig(home));
    await rename(staging, home);
  } catch (error) {
    if (!existsSync(join(home, "fonts.conf"))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return home;
}

/** The package unpacks into the temporary folder of its process, and its libraries only when it believes to be on Lambda. */
async function unpack(packageFile: string, into: string): Promise<void> {
  const program = `const { default: chromium } = await import(${JSON.stringify(packageFile)}); await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, TMPDIR: into, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" },
  });
}

const fontsConfig = (home: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(home, "fonts")}</dir>
  <cachedir>${join(home, "fonts-cache")}</cachedir>
</fontconfig>
`;
