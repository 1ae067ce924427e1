import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
const READY_MS = 60_000;
const SHOWN_CHARACTERS = 20_000;

export interface ServerProcess {
  url: string;
  /** The end of what it printed, for the message of a failed test. */
  output(): string;
  /** All that it printed. */
  log(): string;
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): Promise<void>;
  /** SIGTERM; @returns the exit code and how long it took */
  stop(): Promise<{ code: number | null; ms: number }>;
}

/**
 * The real server in a process of its own; resolves when `/readyz` answers.
 * @param main of another version; this one's when absent
 */
export async function startServer(
  environment: Record<string, string>,
  port: number,
  role?: "web" | "worker",
  main = MAIN,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, role ? [main, role] : [main], {
    env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "warn", ...environment, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      printed += String(data);
    });
  const url = `http://127.0.0.1:${port}`;
  const output = (): string => printed.slice(-SHOWN_CHARACTERS);
  if (role !== "worker") await untilReady(child, `${url}/readyz`, output);
  return {
    url,
    output,
    log: () => printed,
    kill: async () => void (await end(child, "SIGKILL")),
    stop: () => end(child, "SIGTERM"),
  };
}

async function end(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; ms: number }> {
  const startedAt = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
  return { code: child.exitCode, ms: performance.now() - startedAt };
}

async function untilReady(child: ChildProcess, url: string, printed: () => string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${printed()}`);
    const answer = await fetch(url).catch(() => null); // refused until it listens
    if (answer?.ok) return;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`the server was not ready within ${READY_MS / 1000} s:\n${printed()}`);
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address
          ? resolve(address.port)
          : reject(new Error("no port was given")),
      );
    });
  });
}
