import { MINUTE_MS } from "@bellwether/shared";
import { PlatformError } from "../../services/errors.ts";
import type { Clock, Connection, ConnectionRepository, ConnectionSecrets } from "../../services/ports.ts";
import type { TokenSet } from "./oauth.ts";

/** Access tokens live for 5 minutes at the least, 30 usually; a refresh is due this long before the end. */
const REFRESH_EARLY_MS = 2 * MINUTE_MS;

/** Access tokens of one connection. @throws {PlatformError} `unauthorized` when a person has to reconnect */
export interface TokenSource {
  /** Good for at least the next call. */
  current(): Promise<string>;
  /** After the platform refused `refused`: the token that took its place, or a new one. */
  renew(refused: string): Promise<string>;
}

export interface TokenDeps {
  connections: ConnectionRepository;
  /** `null` without OAuth settings. */
  refresh: ((subdomain: string, refreshToken: string) => Promise<TokenSet>) | null;
  clock: Clock;
}

export function createTokenSource(
  deps: TokenDeps,
  connection: Pick<Connection, "id" | "externalId">,
): TokenSource {
  let known: ConnectionSecrets | null = null;
  let renewal: Promise<ConnectionSecrets> | null = null;

  const runsOut = (secrets: ConnectionSecrets, withinMs: number): boolean =>
    secrets.expiresAt !== null && secrets.expiresAt.getTime() - deps.clock.now().getTime() <= withinMs;

  /** One at a time here; over all processes the repository sees to it. */
  function renewWhile(isStale: (secrets: ConnectionSecrets) => boolean): Promise<ConnectionSecrets> {
    renewal ??= deps.connections
      .renewSecrets(connection.id, isStale, (secrets) => spend(deps, connection.externalId, secrets))
      .then((secrets) => {
        known = secrets;
        return secrets;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  }

  return {
    async current() {
      const secrets = known ?? (await deps.connections.secrets(connection.id));
      known = secrets;
      if (!runsOut(secrets, REFRESH_EARLY_MS)) return secrets.accessToken;
      try {
        return (await renewWhile((stored) => runsOut(stored, REFRESH_EARLY_MS))).accessToken;
      } catch (error) {
        const isPassing = error instanceof PlatformError && error.kind !== "unauthorized";
        if (isPassing && !runsOut(secrets, 0)) return secrets.accessToken; // refreshing early leaves time to try again
        throw error;
      }
    },
    async renew(refused) {
      const isRefused = (stored: ConnectionSecrets) => stored.accessToken === refused;
      let renewed = await renewWhile(isRefused);
      // a renewal that already ran may have had another reason and found this token still good
      if (isRefused(renewed)) renewed = await renewWhile(isRefused);
      if (!isRefused(renewed)) return renewed.accessToken;
      throw new PlatformError("unauthorized", "Zendesk refuses the token");
    },
  };
}

/** Trades the refresh token for new tokens; what it answers is stored before anyone else may try. */
async function spend(
  deps: TokenDeps,
  subdomain: string,
  { refreshToken }: ConnectionSecrets,
): Promise<TokenSet> {
  if (refreshToken === null || deps.refresh === null)
    throw new PlatformError("unauthorized", "Zendesk refuses the token, and it cannot be refreshed");
  const renewed = await deps.refresh(subdomain, refreshToken);
  return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
}
