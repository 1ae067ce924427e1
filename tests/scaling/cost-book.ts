import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type ChildServer, startChild } from "../bench/child-server.ts";
import { SERVER_FILE, withChild } from "../bench/intake-servers.ts";
import { settings, untilScored } from "../bench/write-back.ts";
import { companyId, multiplyTemplates, TEMPLATES } from "../bench/write-back-book.ts";

const PORT = 34_105;
const hubspotFile = fileURLToPath(new URL("./cost-hubspot.ts", import.meta.url));

export interface CostBook {
  environment: Record<string, string>;
  /** Companies whose score an event changes, each of them once. */
  changed: string[];
  startWeb(): Promise<ChildServer>;
}

/** Accounts that the product has read, scored and written, and a portal where all of them have changed since. */
export async function withCostBook<T>(
  url: string,
  accounts: number,
  use: (book: CostBook) => Promise<T>,
): Promise<T> {
  const hubspot = spawn(process.execPath, [hubspotFile, String(accounts)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [origin] = await once(hubspot.stdout, "data");
    const environment = settings(url, String(origin).trim());
    const start = (roles: string[]) => startChild(SERVER_FILE, roles, environment, PORT, "/readyz");
    await withChild(start([]), () => untilScored(url));
    await multiplyTemplates(url, accounts);
    const changed = Array.from({ length: accounts - TEMPLATES }, (_, n) => companyId(TEMPLATES + n));
    return await use({ environment, changed, startWeb: () => start(["web"]) });
  } finally {
    hubspot.kill("SIGTERM");
  }
}
