import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const ENTRY = join(import.meta.dirname, "../../server/src/main.ts");
/** Lines of the server's log that are kept to explain why it ended. */
const LOG_LINES = 40;
/** The server's own limit for a graceful stop is 12 s. */
const STOP_LIMIT_MS = 14_000;

/** The real server as a process of its own, with nothing of the demo in it. */
export class BellwetherProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  #isStopping = false;

  /**
   * @param env settings for the server; the rest of the environment is handed on, except what names other systems
   * @param onEnd called when it ends without having been told to
   */
  constructor(url: string, env: Record<string, string>, onEnd: (reason: string) => void) {
    this.url = url;
    this.#child = spawn(process.execPath, [ENTRY], {
      env: { ...inherited(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", this.#keep);
    this.#child.stderr?.on("data", this.#keep);
    this.#child.on("error", (error) => onEnd(error.message));
    this.#child.on("exit", (code, signal) => {
      if (!this.#isStopping) onEnd(`ended with ${signal ?? `code ${code}`}`);
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it logged last, newest last. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** @throws {Error} with the end of its log, when it ends or is not ready within `limitMs` */
  async untilReady(limitMs: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      if (this.hasEnded) throw new Error(`The Bellwether server did not start:\n${this.log}`);
      if (await answers(`${this.url}/readyz`)) return;
      await wait(100, undefined, { signal });
    }
    throw new Error(`The Bellwether server was not ready after ${limitMs / 1000} s:\n${this.log}`);
  }

  /** SIGTERM, then SIGKILL when it takes longer than it may. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.hasEnded || this.#child.pid === undefined) return;
    const ended = once(this.#child, "exit");
    const tooLate = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    this.#child.kill("SIGTERM");
    await ended;
    clearTimeout(tooLate);
  }

  /** For the last moment of the demo's own process. */
  kill(): void {
    this.#isStopping = true;
    this.#child.kill("SIGKILL");
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#log.push(...chunk.toString("utf8").trimEnd().split("\n"));
    this.#log.splice(0, this.#log.length - LOG_LINES);
  };
}

/** A visitor's shell may hold settings of a real installation: the demo must never reach for that. */
function inherited(): NodeJS.ProcessEnv {
  const own = /^(HUBSPOT|ZENDESK|DATABASE|ENCRYPTION|ADMIN|PUBLIC_URL|DATA_DIR|PORT|METRICS)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // refused or too slow: not ready yet
  }
}
