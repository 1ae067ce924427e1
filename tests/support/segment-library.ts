import { Analytics, type HTTPFetchFn } from "@segment/analytics-node";

const PATIENCE_MS = 90_000;

/** The stock library, told only where the server is, and to be patient. */
export function segmentLibrary(host: string, writeKey: string, httpClient: HTTPFetchFn = fetch) {
  const library = new Analytics({
    writeKey,
    host,
    httpClient,
    flushAt: 10,
    flushInterval: 100,
    maxRetries: 100,
    httpRequestTimeout: PATIENCE_MS,
  });
  const failures: unknown[] = [];
  const statuses = new Map<number, number>();
  library.on("error", (error) => void failures.push(error));
  library.on("http_response", ({ status }) => void statuses.set(status, (statuses.get(status) ?? 0) + 1));
  return {
    library,
    /** Events that it gave up. */
    failures,
    /** How often each status was answered. */
    statuses,
    /** All that was given to it has been answered. */
    settled: () => library.closeAndFlush({ timeout: PATIENCE_MS }),
  };
}
