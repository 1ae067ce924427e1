import {
  type ConnectionId,
  DAY_MS,
  fieldMapDefaults,
  fieldMapTrouble,
  type TenantId,
  zendeskFieldOf,
} from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError, PlatformError } from "./errors.ts";
import { type FieldMapView, fieldMapView } from "./get-field-map.ts";
import type { AuditLog, Clock, Connection, ConnectionRepository, GatewayFor, LedgerStore } from "./ports.ts";

export interface ChangeFieldMapDeps {
  connections: ConnectionRepository;
  ledger: LedgerStore;
  gatewayFor: GatewayFor;
  audit: AuditLog;
  clock: Clock;
}

export interface FieldMapChange {
  tenant: TenantId;
  actor: Actor;
  connectionId: ConnectionId;
  /** All choices: what is not named goes back to its usual property, a signal of one's own is removed. Empty = unmapped. */
  fields: Readonly<Record<string, string>>;
}

export interface ChangedFieldMap {
  fieldMap: FieldMapView;
  /** Records that are read again because of it. */
  rereading: number;
  /** What the admin should know, in words. */
  notes: string[];
}

/** Signals look at tickets of 90 days; older ones need no second look. */
const TICKET_DAYS = 91;

/**
 * Saves an admin's choices, and has the companies or organizations read again (and the tickets, where the change is
 * about theirs). Scores go on from what is known, and change as the records come in. A repeated request marks again,
 * so one that was broken off is simply repeated.
 * @throws {AppError} `not_found`, `request_invalid` naming the field and what is wrong with it
 */
export async function changeFieldMap(
  deps: ChangeFieldMapDeps,
  change: FieldMapChange,
): Promise<ChangedFieldMap> {
  const connection = await deps.connections.find(change.connectionId);
  if (connection === null || connection.tenantId !== change.tenant)
    throw new AppError("not_found", "There is no such connection.");
  const fieldMap = checked(connection, change.fields);
  const notes = await unknownNotes(deps, connection, fieldMap);
  const changed = { ...connection, config: { ...connection.config, fieldMap } };
  await deps.connections.update(connection.id, { config: changed.config });
  const rereading = await readAgain(deps, connection, fieldMap);
  await deps.audit.record(change.tenant, [
    {
      at: deps.clock.now(),
      actor: change.actor.id,
      action: "field-map.change",
      subject: `connection:${connection.id}`,
      outcome: "allowed",
      detail: { chosen: Object.keys(fieldMap).length, rereading },
    },
  ]);
  return { fieldMap: fieldMapView(changed), rereading, notes };
}

/** Without choices that are none: a usual property stays usual when the product's own default changes. */
function checked(connection: Connection, fields: FieldMapChange["fields"]): Record<string, string> {
  const troubles = Object.entries(fields).flatMap(([field, property]) => {
    const trouble = fieldMapTrouble(connection.platform, field, property.trim());
    return trouble === null ? [] : [`fields.${field}: ${trouble}`];
  });
  if (troubles.length > 0) throw new AppError("request_invalid", `${troubles.join("; ")}.`);
  const usual = fieldMapDefaults(connection.platform);
  const chosen = Object.entries(fields).map(([field, property]) => [field, property.trim()] as const);
  return Object.fromEntries(chosen.filter(([field, property]) => usual[field] !== property));
}

/** A property that does not exist yet may be made later, so it is taken, and said. */
async function unknownNotes(
  deps: ChangeFieldMapDeps,
  connection: Connection,
  fieldMap: Readonly<Record<string, string>>,
): Promise<string[]> {
  const names = Object.values(fieldMap).filter((name) => name !== "");
  if (names.length === 0 || connection.status !== "active") return [];
  try {
    const unknown = (await deps.gatewayFor(connection).unknownFields?.(names)) ?? [];
    return unknown.map(
      (name) => `${name} does not exist there yet: until it does, what is mapped to it stays unknown.`,
    );
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return ["Whether these fields exist could not be checked: the platform did not answer."];
  }
}

async function readAgain(
  deps: ChangeFieldMapDeps,
  { id, tenantId, platform, config }: Connection,
  fieldMap: Readonly<Record<string, string>>,
): Promise<number> {
  if (platform === "hubspot") return deps.ledger.markKnown(tenantId, id, "company", null);
  const organizations = await deps.ledger.markKnown(tenantId, id, "organization", null);
  if (!isAboutTickets(config.fieldMap) && !isAboutTickets(fieldMap)) return organizations;
  const since = new Date(deps.clock.now().getTime() - TICKET_DAYS * DAY_MS);
  return organizations + (await deps.ledger.markKnown(tenantId, id, "ticket", since));
}

/** Tags and ticket fields; all choices of a Zendesk connection but organization fields. */
const isAboutTickets = (fieldMap: Readonly<Record<string, string>>): boolean =>
  Object.values(fieldMap).some((property) => zendeskFieldOf(property)?.of !== "organization");
