import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url));

/** Starts a server and kills it so much later, whatever it is doing then. */
export async function killWithin(
  environment: Record<string, string>,
  port: number,
  ms: number,
): Promise<void> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "warn", ...environment, PORT: String(port) },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await sleep(ms);
  child.kill("SIGKILL");
  await ended;
}
