import { PlatformError } from "../../services/errors.ts";
import type {
  Clock,
  Connection,
  ConnectionRepository,
  GatewayFor,
  Log,
  Meter,
  OnRecreated,
} from "../../services/ports.ts";
import type { BreakerGauge } from "../platform/breaker.ts";
import type { Attempt } from "../platform/outgoing-http.ts";
import { outcomeOf } from "../platform/retry-rules.ts";
import { createHubspotClient, type HubspotClient } from "./client.ts";
import type { HubspotHttpDeps } from "./portal-http.ts";
import { PortalSchema } from "./portal-schema.ts";
import { provisionProperties } from "./provision.ts";
import { createRecordReader } from "./record-reader.ts";
import { createTokenSource, type Refresh } from "./token-source.ts";
import { fieldMapOf } from "./wanted-properties.ts";
import { writeCompanies } from "./write-back.ts";

export interface HubspotGatewayDeps extends Omit<HubspotHttpDeps, "onAttempt"> {
  /** Of `createHubspotOAuth`; `null` without OAuth: connections by token work all the same. */
  refresh: Refresh | null;
  connections: Pick<ConnectionRepository, "secrets" | "renewSecrets">;
  clock: Clock;
  log: Log;
  meter: Meter;
  /** Properties were missing, and are there again without their values. */
  onRecreated?: OnRecreated;
}

interface Portal {
  client: HubspotClient;
  schema: PortalSchema;
}

/** Gateways for HubSpot portals; token, limits and what is known of a portal are shared by all of a connection. */
export function createHubspotGateway(deps: HubspotGatewayDeps): GatewayFor {
  const portals = new Map<string, Portal>();
  return (connection) => {
    const key = `${connection.id}:${connection.mode}`; // reconnecting may change how the token is had
    const portal = portals.get(key) ?? openPortal(deps, connection);
    portals.set(key, portal);
    const { client, schema } = portal;
    const provision = async (): Promise<void> => {
      const created = await provisionProperties(client);
      schema.forget();
      await deps.onRecreated?.(connection.id, created);
    };
    const reader = createRecordReader({
      client,
      schema,
      fieldMap: fieldMapOf(connection.config.fieldMap),
      onSkipped: (objectType, error) =>
        deps.log.warn(
          {
            connectionId: connection.id,
            objectType,
            reason: error instanceof Error ? error.message : "unknown",
          },
          `HubSpot portal ${connection.externalId} does not let us read ${objectType} records; they count as absent`,
        ),
    });
    return {
      ...reader,
      unknownFields: async (names) => {
        schema.forget();
        const existing = await schema.properties(client, "company");
        return existing === null ? [] : names.filter((name) => !existing.has(name));
      },
      provision: async () => {
        await provision();
        return { config: {}, webhookSecret: null };
      },
      writeAccounts: (rows) => writeCompanies({ client, provision }, rows),
      writeTickets: async (rows) =>
        rows.map(() => ({ kind: "dropped", reason: "HubSpot tickets carry no health band" })),
    };
  };
}

function openPortal(deps: HubspotGatewayDeps, connection: Connection): Portal {
  const refresh: Refresh =
    deps.refresh ??
    (async () => {
      throw new PlatformError(
        "unavailable",
        "HUBSPOT_CLIENT_ID is not configured, so no token can be renewed",
      );
    });
  const { connections, clock, meter } = deps;
  const tokens = createTokenSource({ connections, clock, refresh }, connection);
  const http = {
    ...deps,
    onBreaker: (state: BreakerGauge) =>
      meter.gauge("bellwether_breaker_state", { platform: "hubspot", connection: connection.id }, state),
    onAttempt: ({ status, durationMs }: Attempt) => {
      meter.count("bellwether_platform_calls_total", { platform: "hubspot", outcome: outcomeOf(status) });
      meter.observe("bellwether_platform_call_seconds", { platform: "hubspot" }, durationMs / 1000);
    },
  };
  return {
    client: createHubspotClient(http, connection.externalId, tokens, connection),
    schema: new PortalSchema(clock),
  };
}
