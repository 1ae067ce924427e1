import type { Platform, TenantId } from "@bellwether/shared";
import { type ConnectDeps, connect } from "./connect-tenant.ts";
import { AppError, PlatformError } from "./errors.ts";
import type { Log } from "./ports.ts";

/** The tenant of one-company mode: fixed, so that a restart finds its data again. */
export const ONE_COMPANY = "00000000-0000-4000-8000-000000000001" as TenantId;

export interface EnvironmentTokens {
  hubspot: { accessToken: string; portalId: string | null } | null;
  zendesk: { accessToken: string; subdomain: string; appSecret: string | null } | null;
  /** Asks HubSpot whose token it is. */
  lookUpPortalId(accessToken: string): Promise<string>;
}

/** One company without OAuth: tokens from the environment become the connections of one tenant. Safe at every start. */
export async function connectFromEnvironment(
  deps: Pick<ConnectDeps, "connections" | "tenants" | "directory" | "queue" | "clock"> & { log: Log },
  tokens: EnvironmentTokens,
): Promise<void> {
  if (tokens.hubspot) {
    const { accessToken, portalId } = tokens.hubspot;
    await connectOne(deps, "hubspot", portalId ?? (await portalOf(tokens, accessToken)), accessToken, null);
  }
  if (tokens.zendesk) {
    const { accessToken, subdomain, appSecret } = tokens.zendesk;
    await connectOne(deps, "zendesk", subdomain, accessToken, appSecret);
  }
}

async function portalOf(tokens: EnvironmentTokens, accessToken: string): Promise<string> {
  try {
    return await tokens.lookUpPortalId(accessToken);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== "unauthorized") throw error;
    throw new AppError(
      "config_invalid",
      "HubSpot does not accept HUBSPOT_ACCESS_TOKEN. Copy the access token of your private app from HubSpot " +
        "(Settings, Integrations, Private Apps, Auth) and start again.",
      { cause: error },
    );
  }
}

/** Record ids mean something within one portal only: a second one among the same data would mix two companies up. */
async function refuseSecond(
  deps: Parameters<typeof connectFromEnvironment>[0],
  platform: Platform,
  externalId: string,
): Promise<void> {
  const other = (await deps.connections.list(ONE_COMPANY)).find(
    (c) => c.platform === platform && c.externalId !== externalId,
  );
  if (!other) return;
  const [token, place] =
    platform === "hubspot" ? ["HUBSPOT_ACCESS_TOKEN", "portal"] : ["ZENDESK_SUBDOMAIN", "account"];
  throw new AppError(
    "config_invalid",
    `${token} is for the ${platform} ${place} ${externalId}, but the data here is that of ${other.externalId}. ` +
      "Set the token of that one, or another DATA_DIR or DATABASE_URL for the new one.",
  );
}

async function connectOne(
  deps: Parameters<typeof connectFromEnvironment>[0],
  platform: Platform,
  externalId: string,
  accessToken: string,
  appSecret: string | null,
): Promise<void> {
  await refuseSecond(deps, platform, externalId);
  const existing = await deps.connections.findByExternalId(platform, externalId);
  const kept = existing && (await deps.connections.secrets(existing.id));
  const connection = await connect(deps, {
    connection: { tenantId: ONE_COMPANY, platform, externalId, mode: "token", scopes: [] },
    secrets: {
      accessToken,
      refreshToken: null,
      expiresAt: null,
      webhookSecret: kept?.webhookSecret ?? null,
      appSecret: appSecret ?? kept?.appSecret ?? null,
    },
  });
  deps.log.info(
    { connectionId: connection.id, platform, externalId },
    `connected to ${platform} ${externalId}`,
  );
}
