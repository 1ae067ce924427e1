import type { Platform, TenantId } from "@bellwether/shared";
import type { Parts } from "./compose.ts";
import type { Config } from "./config.ts";
import { fatal } from "./fatal.ts";
import { connectFromEnvironment, ONE_COMPANY } from "./services/connect-from-environment.ts";
import { PlatformError } from "./services/errors.ts";
import type { Connection } from "./services/ports.ts";

const CONNECT_RETRY_MS = 5_000;

type Place = Pick<Connection, "platform" | "externalId">;

/** Whether all that the environment has tokens for is stored: until it is, deliveries for it would be nobody's. */
export async function knowsItsConnections(
  { connections }: { connections: { list(tenant: TenantId): Promise<readonly Place[]> } },
  config: Config,
): Promise<boolean> {
  const stored = await connections.list(ONE_COMPANY);
  const knows = (platform: Platform, externalId: string | undefined): boolean =>
    stored.some((c) => c.platform === platform && (externalId ?? c.externalId) === c.externalId);
  const { HUBSPOT_ACCESS_TOKEN, HUBSPOT_PORTAL_ID, ZENDESK_ACCESS_TOKEN, ZENDESK_SUBDOMAIN } = config;
  return (
    (!HUBSPOT_ACCESS_TOKEN || knows("hubspot", HUBSPOT_PORTAL_ID)) &&
    (!(ZENDESK_ACCESS_TOKEN && ZENDESK_SUBDOMAIN) || knows("zendesk", ZENDESK_SUBDOMAIN))
  );
}

/** HubSpot being away at our start must not keep us down: whose token it is gets asked again until it answers. */
export async function connectTokens(config: Config, parts: Parts, stopping: AbortController): Promise<void> {
  try {
    await connectOnce(config, parts);
  } catch (error) {
    if (stopping.signal.aborted) return;
    if (!(error instanceof PlatformError) || error.kind === "unauthorized" || error.kind === "forbidden")
      throw error;
    parts.log.warn({ error }, "the tokens cannot be connected yet; trying again");
    const again = setTimeout(
      () => void connectTokens(config, parts, stopping).catch(fatal),
      CONNECT_RETRY_MS,
    );
    stopping.signal.addEventListener("abort", () => clearTimeout(again));
  }
}

async function connectOnce(config: Config, parts: Parts): Promise<void> {
  const {
    HUBSPOT_ACCESS_TOKEN: hubspot,
    ZENDESK_ACCESS_TOKEN: zendesk,
    ZENDESK_SUBDOMAIN: subdomain,
  } = config;
  await connectFromEnvironment(
    { ...parts.connect, log: parts.log },
    {
      hubspot: hubspot ? { accessToken: hubspot, portalId: config.HUBSPOT_PORTAL_ID ?? null } : null,
      zendesk:
        zendesk && subdomain
          ? { accessToken: zendesk, subdomain, appSecret: config.ZENDESK_APP_SECRET ?? null }
          : null,
      lookUpPortalId: parts.lookUpPortalId,
    },
  );
}
