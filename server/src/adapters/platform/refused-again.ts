import { PlatformError } from "../../services/errors.ts";

/** Each further try asks for a new token: the platform's sign-in is spared in the meantime. */
const WAIT_MS = 15_000;

/**
 * A token that was renewed a moment ago was refused as well: it may have ended on the way, or its platform not
 * know it yet. Only a refused renewal says that the grant is gone, so this passes.
 */
export function refusedAgain(platform: "HubSpot" | "Zendesk"): PlatformError {
  return new PlatformError("unavailable", `${platform} refused a token that it had just given`, {
    status: 401,
    retryAfterMs: WAIT_MS,
  });
}
