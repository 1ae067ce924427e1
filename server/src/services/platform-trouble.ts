import { MINUTE_MS } from "@bellwether/shared";
import { PlatformError } from "./errors.ts";
import type { Clock, Connection, ConnectionRepository, Log, PlatformErrorKind } from "./ports.ts";

/** Where the platform names no time. One that does not work at all is left alone by its breaker. */
const DEFAULT_RETRY_MS = 5_000;
/** What a person has to mend is looked at again this often. */
const MENDED_RETRY_MS = 10 * MINUTE_MS;

/**
 * What to do after a call to a platform failed: a refused grant pauses the connection (its events are still
 * stored, and reconnecting goes on from there); anything else is tried again at the time answered.
 * Errors that are not the platform's are thrown on.
 */
export async function handlePlatformTrouble(
  deps: { connections: ConnectionRepository; clock: Clock; log: Log },
  connection: Connection,
  error: unknown,
): Promise<{ retryAt: Date; reason: string; isPaused: boolean; kind: PlatformErrorKind }> {
  if (!(error instanceof PlatformError)) throw error;
  const isPaused = error.kind === "unauthorized";
  if (isPaused) {
    await deps.connections.update(connection.id, {
      status: "disconnected",
      statusReason: `${connection.platform} no longer accepts our token: reconnect ${connection.externalId}. (${error.message})`,
    });
  }
  deps.log.warn(
    { connectionId: connection.id, platform: connection.platform, kind: error.kind, status: error.status },
    `${connection.platform} call failed: ${error.message}`,
  );
  // nothing is asked while it is paused, so nothing needs to wait when it goes on
  const usualMs = error.kind === "forbidden" ? MENDED_RETRY_MS : DEFAULT_RETRY_MS;
  const waitMs = isPaused ? 0 : (error.retryAfterMs ?? usualMs);
  return {
    retryAt: new Date(deps.clock.now().getTime() + waitMs),
    reason: error.message,
    isPaused,
    kind: error.kind,
  };
}
