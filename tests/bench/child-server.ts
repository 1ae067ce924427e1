import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/** A server in a process of its own, so that ours and the floor share nothing with the load generator. */
export async function startChild(
  file: string,
  args: readonly string[],
  environment: Record<string, string>,
  port: number,
  readyPath: string,
): Promise<ChildServer> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment, PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, `${url}${readyPath}`);
  return {
    url,
    pid: child.pid ?? 0, // it answered
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`the server ended with ${child.exitCode} before it was ready`);
    const answer = await fetch(url).catch(() => null); // refused until it listens
    if (answer?.ok) return;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${url} was not ready within ${READY_MS / 1000} s`);
}
