import { startDemo } from "./server.ts";

const DEFAULT_PORT = 3000;

function chosenPort(): number {
  const text = process.env["PORT"] ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT must be 0 to 65535, not "${text}"`);
  return port;
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

try {
  const demo = await startDemo({
    port: chosenPort(),
    seed: 1,
    dataDir: null,
    log: (line) => process.stderr.isTTY && console.error(line),
    signal: stopping.signal,
  });
  console.log(`Bellwether demo: ${demo.url} (Ctrl+C ends it)`);
  await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve, { once: true }));
  await demo.stop();
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
