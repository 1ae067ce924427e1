import { MINUTE_MS } from "@bellwether/shared";
import { PlatformError } from "../../services/errors.ts";
import type { Clock, Connection, ConnectionRepository, ConnectionSecrets } from "../../services/ports.ts";

/** The access token of one connection. */
export interface TokenSource {
  /** Good for some minutes yet, where that can be known. @throws {PlatformError} `unauthorized` when the grant is gone */
  current(): Promise<string>;
  /** Another token after HubSpot refused this one; `null` = there is no other. */
  afterRefusal(refused: string): Promise<string | null>;
}

/** HubSpot's tokens last 30 minutes; renewing early keeps calls from failing on the way. */
const EARLY_MS = 5 * MINUTE_MS;

export type Refresh = (refreshToken: string) => Promise<Partial<ConnectionSecrets>>;

export interface TokenDeps {
  connections: Pick<ConnectionRepository, "secrets" | "renewSecrets">;
  clock: Clock;
  refresh: Refresh;
}

export function createTokenSource(deps: TokenDeps, connection: Pick<Connection, "id" | "mode">): TokenSource {
  let known: ConnectionSecrets | null = null;
  let renewing: Promise<ConnectionSecrets> | null = null;

  const isDue = (secrets: ConnectionSecrets): boolean =>
    secrets.expiresAt !== null && secrets.expiresAt.getTime() - deps.clock.now().getTime() < EARLY_MS;
  const isOver = (secrets: ConnectionSecrets): boolean =>
    secrets.expiresAt !== null && secrets.expiresAt <= deps.clock.now();

  /** One at a time: in this process by sharing the promise, over processes by the repository's lock. */
  const renew = (isStale: (secrets: ConnectionSecrets) => boolean): Promise<ConnectionSecrets> => {
    renewing ??= deps.connections
      .renewSecrets(connection.id, isStale, (current) => {
        if (current.refreshToken === null)
          throw new PlatformError("unauthorized", "the HubSpot connection has no refresh token");
        return deps.refresh(current.refreshToken);
      })
      .then((secrets) => {
        known = secrets;
        return secrets;
      })
      .finally(() => {
        renewing = null;
      });
    return renewing;
  };

  return {
    async current() {
      known ??= await deps.connections.secrets(connection.id);
      if (connection.mode === "token" || !isDue(known)) return known.accessToken;
      const before = known;
      try {
        return (await renew(isDue)).accessToken;
      } catch (error) {
        if (isPassing(error) && !isOver(before)) return before.accessToken; // still good for some minutes
        throw error;
      }
    },

    async afterRefusal(refused) {
      if (connection.mode === "token") {
        known = await deps.connections.secrets(connection.id); // may have been replaced by a restart elsewhere
        return known.accessToken === refused ? null : known.accessToken;
      }
      const secrets = await renew((current) => current.accessToken === refused);
      return secrets.accessToken === refused ? null : secrets.accessToken;
    },
  };
}

const isPassing = (error: unknown): boolean =>
  error instanceof PlatformError && (error.kind === "unavailable" || error.kind === "rate_limited");
