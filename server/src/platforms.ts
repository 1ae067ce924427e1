import { createHubspotGateway } from "./adapters/hubspot/gateway.ts";
import { createHubspotOAuth } from "./adapters/hubspot/oauth.ts";
import { lookUpPortalId } from "./adapters/hubspot/portal-id.ts";
import { LimiterRegistry, type Sharing } from "./adapters/platform/limiter-registry.ts";
import { systemTime } from "./adapters/platform/time-source.ts";
import { createZendeskGateway } from "./adapters/zendesk/gateway.ts";
import { createZendeskOAuth } from "./adapters/zendesk/oauth.ts";
import type { Config } from "./config.ts";
import type { ConnectDeps } from "./services/connect-tenant.ts";
import type { Clock, ConnectionRepository, GatewayFor, Log, Meter, OnRecreated } from "./services/ports.ts";

export interface Platforms {
  gatewayFor: GatewayFor;
  oauth: ConnectDeps["oauth"];
  lookUpPortalId(accessToken: string): Promise<string>;
}

interface PlatformDeps {
  connections: ConnectionRepository;
  clock: Clock;
  log: Log;
  meter: Meter;
  sharing: Sharing;
  onRecreated?: OnRecreated;
}

/** The real clients of both platforms; limits are shared by everything that is sent to an account. */
export function openPlatforms(config: Config, deps: PlatformDeps): Platforms {
  const limiters = new LimiterRegistry(systemTime, deps.sharing);
  const http = { apiUrl: config.HUBSPOT_API_URL, limiters, time: systemTime };
  const { HUBSPOT_CLIENT_ID: hubspotId, HUBSPOT_CLIENT_SECRET: hubspotSecret } = config;
  const hubspotOAuth =
    hubspotId && hubspotSecret
      ? createHubspotOAuth({
          ...http,
          authorizeUrl: config.HUBSPOT_AUTHORIZE_URL,
          clientId: hubspotId,
          clientSecret: hubspotSecret,
          clock: deps.clock,
        })
      : null;
  const hubspot = createHubspotGateway({
    ...http,
    ...deps,
    refresh: hubspotOAuth && ((token) => hubspotOAuth.refresh(token)),
  });
  const zendesk = zendeskSide(config, deps, limiters);
  return {
    gatewayFor: (connection) =>
      (connection.platform === "hubspot" ? hubspot : zendesk.gatewayFor)(connection),
    oauth: { hubspot: hubspotOAuth, zendesk: zendesk.oauth },
    lookUpPortalId: (accessToken) => lookUpPortalId(http, accessToken),
  };
}

function zendeskSide(config: Config, deps: PlatformDeps, limiters: LimiterRegistry) {
  const {
    ZENDESK_CLIENT_ID: clientId,
    ZENDESK_CLIENT_SECRET: clientSecret,
    ZENDESK_URL: zendeskUrl,
  } = config;
  const oauth =
    clientId && clientSecret
      ? createZendeskOAuth({ zendeskUrl, clientId, clientSecret, clock: deps.clock, time: systemTime })
      : null;
  const gatewayFor = createZendeskGateway({
    ...deps,
    zendeskUrl,
    publicUrl: publicUrlOf(config),
    marketplace: {
      name: config.ZENDESK_MARKETPLACE_NAME,
      organizationId: config.ZENDESK_MARKETPLACE_ORGANIZATION_ID,
      appId: config.ZENDESK_MARKETPLACE_APP_ID,
    },
    refresh: oauth && ((subdomain, token) => oauth.refresh(subdomain, token)),
    limiters,
    time: systemTime,
  });
  return { oauth, gatewayFor };
}

/** Where the platforms reach us; without PUBLIC_URL this machine alone can. */
export const publicUrlOf = (config: Config): string => config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
