import type { ObjectType, RecordRef, SourceRecord } from "@bellwether/shared";
import { PlatformError } from "../../services/errors.ts";
import type { ShownValues, SourceGateway } from "../../services/ports.ts";
import { PATHS } from "./api-version.ts";
import { LINKED, linksOf } from "./associations.ts";
import { changedSince } from "./changed-since.ts";
import { childrenOf } from "./children.ts";
import type { HubspotClient } from "./client.ts";
import { type CrmRecord, readAnswer, recordPage } from "./crm-answers.ts";
import { forgetInDelivery } from "./forget.ts";
import { inventoryPage, MERGED_IDS } from "./inventory.ts";
import { HUBSPOT_OBJECTS, type HubspotObject, hubspotObjects, isHubspotObject } from "./object-types.ts";
import type { Lane } from "./portal-http.ts";
import { isUnreadable, type PortalSchema } from "./portal-schema.ts";
import { readByIds } from "./read-by-ids.ts";
import { type MappingContext, toSourceRecord } from "./records.ts";
import {
  chosenProperties,
  type FieldMap,
  historyProperties,
  ownProperties,
  wantedProperties,
} from "./wanted-properties.ts";

export interface ReaderDeps {
  client: HubspotClient;
  schema: PortalSchema;
  fieldMap: FieldMap;
  /** A kind of record that this token or portal does not have; it counts as empty. */
  onSkipped(objectType: HubspotObject, error: unknown): void;
}

/** Source: HubSpot: pages of 100, of 50 with earlier values of properties. */
const PAGE = 100;
const PAGE_WITH_HISTORY = 50;

export function createRecordReader(deps: ReaderDeps): SourceGateway {
  return {
    backfillOrder: hubspotObjects,
    page: async (objectType, cursor) =>
      (await optional(deps, objectType, (type) => readPage(deps, type, cursor))) ?? {
        records: [],
        next: null,
        total: 0,
      },
    read: async (refs) => {
      const sets = await Promise.all(
        hubspotObjects.map(async (type) => {
          const ids = refs.filter((ref) => ref.objectType === type).map((ref) => ref.id);
          return ids.length === 0 ? null : optional(deps, type, () => readSet(deps, type, ids));
        }),
      );
      return {
        records: sets.flatMap((set) => set?.records ?? []),
        missing: sets.flatMap((set) => set?.missing ?? []),
        shown: sets.flatMap((set) => set?.shown ?? []),
      };
    },
    inventory: (objectType, cursor) =>
      optional(deps, objectType, async (type) => {
        const existing = await deps.schema.properties(deps.client, type);
        return inventoryPage(deps.client, type, cursor, existing?.has(MERGED_IDS) === true);
      }),
    childrenOf: (refs) => childrenOf(deps.client, refs),
    forget: forgetInDelivery,
    changedSince: async (since) => {
      const sets = await Promise.all(
        hubspotObjects.map((type) => optional(deps, type, () => changedSince(deps.client, type, since))),
      );
      return sets.flatMap((refs) => refs ?? []);
    },
  };
}

/** Without companies there is nothing to score; every other kind may be out of reach. `null` = skipped. */
async function optional<T>(
  deps: ReaderDeps,
  objectType: ObjectType,
  read: (type: HubspotObject) => Promise<T>,
): Promise<T | null> {
  if (!isHubspotObject(objectType))
    throw new PlatformError("rejected", `HubSpot has no ${objectType} records`);
  try {
    return await read(objectType);
  } catch (error) {
    if (objectType === "company" || !isUnreadable(error)) throw error;
    deps.onSkipped(objectType, error);
    return null;
  }
}

async function readPage(deps: ReaderDeps, type: HubspotObject, cursor: string | null) {
  const path = PATHS.objects(HUBSPOT_OBJECTS[type].path);
  const existing = await existingProperties(deps, type);
  const history = historyNames(deps, type, existing);
  const query = {
    limit: String(history.length > 0 ? PAGE_WITH_HISTORY : PAGE),
    properties: wantedProperties(type, deps.fieldMap, existing).join(","),
    archived: "false",
    ...(history.length > 0 && { propertiesWithHistory: history.join(",") }),
    ...(LINKED[type].length > 0 && {
      associations: LINKED[type].map((to) => HUBSPOT_OBJECTS[to].path).join(","),
    }),
    ...(cursor !== null && { after: cursor }),
  };
  const { body } = await deps.client.call({ method: "GET", path, query, lane: "bulk" });
  const page = readAnswer(recordPage, body, `GET ${path}`);
  // The list leaves the field out for records without associations; where nobody has any, ask once more.
  const isListed = page.results.some((record) => record.associations !== undefined);
  const listed = isListed
    ? page.results.map((record) => ({ ...record, associations: record.associations ?? {} }))
    : page.results;
  const next = page.paging?.next?.after ?? null;
  return {
    records: await mapAll(deps, type, listed, "bulk"),
    next,
    total: cursor === null ? await countOf(deps, type) : null,
  };
}

/** Those that an admin mapped may be new. */
const existingProperties = ({ schema, client, fieldMap }: ReaderDeps, type: HubspotObject) =>
  schema.properties(client, type, type === "company" ? chosenProperties(fieldMap) : []);

/** Earlier values are read of the gauges: each of them is a point of a series. */
function historyNames(
  { fieldMap }: ReaderDeps,
  type: HubspotObject,
  existing: ReadonlyMap<string, unknown> | null,
): string[] {
  if (type !== "company") return [];
  return historyProperties(fieldMap).filter(
    (name) => name !== "" && (existing === null || existing.has(name)),
  );
}

/** For showing progress only: an answer that does not come is no reason to stop. */
async function countOf(deps: ReaderDeps, type: HubspotObject): Promise<number | null> {
  const path = PATHS.search(HUBSPOT_OBJECTS[type].path);
  try {
    const { body } = await deps.client.call({ method: "POST", path, body: { filterGroups: [], limit: 1 } });
    return readAnswer(recordPage, body, `POST ${path}`).total ?? null;
  } catch (error) {
    if (error instanceof PlatformError) return null;
    throw error;
  }
}

async function readSet(deps: ReaderDeps, type: HubspotObject, ids: readonly string[]) {
  const existing = await existingProperties(deps, type);
  const own = type === "company" ? ownProperties(existing) : [];
  const properties = [...wantedProperties(type, deps.fieldMap, existing), ...own];
  const propertiesWithHistory = historyNames(deps, type, existing);
  const { found, missing } = await readByIds(deps.client, type, ids, { properties, propertiesWithHistory });
  return {
    records: await mapAll(deps, type, found, "live"),
    missing: missing.map((id): RecordRef => ({ platform: "hubspot", objectType: type, id })),
    shown: own.length === 0 ? [] : found.map((record) => shownValues(type, record, own)),
  };
}

/** What the record shows of our own properties; an empty one counts as an empty text. */
const shownValues = (type: HubspotObject, record: CrmRecord, own: readonly string[]): ShownValues => ({
  ref: { platform: "hubspot", objectType: type, id: record.id },
  values: Object.fromEntries(own.map((key) => [key, record.properties[key] ?? ""])),
});

async function mapAll(
  deps: ReaderDeps,
  type: HubspotObject,
  records: readonly CrmRecord[],
  lane: Lane,
): Promise<SourceRecord[]> {
  const context: MappingContext = {
    fieldMap: deps.fieldMap,
    dealPipelines: type === "deal" ? await deps.schema.pipelines(deps.client, "deal") : [],
    ticketPipelines: type === "ticket" ? await deps.schema.pipelines(deps.client, "ticket") : [],
  };
  const links = await linksOf({ call: (call) => deps.client.call({ lane, ...call }) }, type, records);
  return records.flatMap((record) => toSourceRecord(type, record, links.get(record.id) ?? [], context) ?? []);
}
