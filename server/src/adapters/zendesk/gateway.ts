import type {
  Clock,
  Connection,
  ConnectionRepository,
  GatewayFor,
  Log,
  Meter,
  OnRecreated,
  PlatformGateway,
} from "../../services/ports.ts";
import { accountOrigin, allowOrigins } from "../platform/allowed-origins.ts";
import type { LimiterRegistry } from "../platform/limiter-registry.ts";
import type { TimeSource } from "../platform/time-source.ts";
import { createZendeskClient, type MarketplaceHeaders } from "./client.ts";
import { zendeskFieldMap } from "./field-map.ts";
import { createLanes } from "./lanes.ts";
import { provisionZendesk } from "./provision.ts";
import { createZendeskSource } from "./records.ts";
import { createTokenSource, type TokenDeps, type TokenSource } from "./token-source.ts";
import { unknownFields } from "./unknown-fields.ts";
import { type WriteDeps, writeOrganizations, writeTicketBands } from "./write-back.ts";

export interface ZendeskGatewayDeps {
  /** `https://{subdomain}.zendesk.com`, or one origin for all accounts. */
  zendeskUrl: string;
  /** Origin under which Zendesk reaches our webhook route. */
  publicUrl: string;
  marketplace: MarketplaceHeaders;
  connections: ConnectionRepository;
  /** Of `createZendeskOAuth`; `null` without OAuth settings. */
  refresh: TokenDeps["refresh"];
  limiters: LimiterRegistry;
  clock: Clock;
  time: TimeSource;
  log: Log;
  meter: Meter;
  onRecreated?: OnRecreated;
}

/** Gateways of a connection share its token and its limits, however many are made. */
export function createZendeskGateway(deps: ZendeskGatewayDeps): GatewayFor {
  const tokenSources = new Map<string, TokenSource>();
  const tokensOf = (connection: Connection): TokenSource => {
    const known = tokenSources.get(connection.id) ?? createTokenSource(deps, connection);
    tokenSources.set(connection.id, known);
    return known;
  };
  return (connection) => gatewayOf(deps, connection, tokensOf(connection));
}

function gatewayOf(deps: ZendeskGatewayDeps, connection: Connection, tokens: TokenSource): PlatformGateway {
  const origin = accountOrigin(deps.zendeskUrl, connection.externalId);
  const lanes = createLanes({ ...deps, allowed: allowOrigins(origin) }, connection.externalId, connection);
  const client = createZendeskClient({ origin, lanes, tokens, marketplace: deps.marketplace });
  const writing: WriteDeps = {
    client,
    jobs: lanes.jobs,
    slots: lanes.slots,
    time: deps.time,
    // a gateway made before provisioning does not know it yet
    ticketFieldId: async () =>
      connection.config.ticketFieldId ??
      (await deps.connections.find(connection.id))?.config.ticketFieldId ??
      null,
  };
  return {
    ...createZendeskSource({
      client,
      clock: deps.clock,
      log: deps.log,
      fieldMap: zendeskFieldMap(connection.config.fieldMap),
    }),
    unknownFields: (names) => unknownFields(client, names),
    provision: () => provisionZendesk({ ...deps, client, connection }),
    writeAccounts: (rows) => writeOrganizations(writing, rows),
    writeTickets: (rows) => writeTicketBands(writing, rows),
  };
}
