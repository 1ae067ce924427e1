import { type ObjectType, type RecordRef, refKey, type SourceRecord } from "@bellwether/shared";
import { z } from "zod";
import type { ShownValues, SourceGateway } from "../../services/ports.ts";
import { changedSince } from "./changed-since.ts";
import type { ZendeskClient } from "./client.ts";
import { ticketOfRatings } from "./events.ts";
import { type ExportedResource, exportPage, exportStart } from "./exports.ts";
import { forgetInEvent } from "./forget.ts";
import { isUnsupported } from "./paging.ts";
import { createRatingReader, type RatingSystem } from "./ratings.ts";
import { newestOfEach, recordMappers } from "./record-mappers.ts";
import { readRows, type TicketRow, ticketRow } from "./rest-rows.ts";
import { showMany } from "./show-many.ts";
import { shownFields } from "./shown-fields.ts";
import { type ListedType, RESOURCES, type SourceContext, type SourceDeps } from "./source-context.ts";

const BACKFILL_ORDER = ["organization", "user", "ticket", "rating"] as const;
const EPOCH = new Date(0);

/** Reads a Zendesk account: the source half of the gateway. */
export function createZendeskSource(deps: SourceDeps): SourceGateway {
  const ratings = createRatingReader(deps.client, deps.log);
  const context: SourceContext = { ...deps, ratings, map: recordMappers(deps) };
  return {
    backfillOrder: BACKFILL_ORDER,
    page: (objectType, cursor) =>
      isListed(objectType) ? listedPage(context, objectType, cursor) : ratingPage(context, cursor),
    read: (refs) => readRefs(context, refs),
    inventory: (objectType, cursor) => inventoryPage(context, objectType, cursor),
    forget: forgetInEvent,
    changedSince: (since) => changedSince(context, since),
  };
}

const isListed = (objectType: ObjectType): objectType is ListedType => objectType in RESOURCES;

// ------------------------------------------------------------------------------------------------ by page

type SourcePage = Awaited<ReturnType<SourceGateway["page"]>>;

async function listedPage(
  { client, clock, map }: SourceContext,
  objectType: ListedType,
  cursor: string | null,
): Promise<SourcePage> {
  const resource = RESOURCES[objectType];
  const total = cursor === null ? await countOf(client, resource) : null;
  const page = await exportPage(client, resource, cursor, exportStart(EPOCH, clock.now()));
  return { records: map[objectType](page.rows, page.answer), next: page.next, total };
}

const countAnswer = z.object({ count: z.object({ value: z.int().nonnegative() }) });

/** About how many there are, for showing progress; `null` where the account does not say. */
async function countOf(client: ZendeskClient, resource: ExportedResource): Promise<number | null> {
  try {
    return (await client.get([resource, "count"], countAnswer, { lane: "history" })).count.value;
  } catch (error) {
    if (isUnsupported(error)) return null;
    throw error;
  }
}

/** The cursor says which system is being read: first the older one, then the newer. */
async function ratingPage(context: SourceContext, cursor: string | null): Promise<SourcePage> {
  const [, system, position] = /^(legacy|survey):(.*)$/s.exec(cursor ?? "legacy:") ?? [];
  const current: RatingSystem = system === "survey" ? "survey" : "legacy";
  const page = await context.ratings.page(current, position || null, null);
  const onward = current === "legacy" ? "survey:" : null;
  return {
    records: context.map[current](page.rows),
    next: page.next === null ? onward : `${current}:${page.next}`,
    total: null,
  };
}

/** The exports give whole rows in any case: of them what a comparison needs. */
async function inventoryPage(context: SourceContext, objectType: ObjectType, cursor: string | null) {
  const { client, clock, map } = context;
  const read = async (): Promise<Omit<SourcePage, "total">> => {
    if (!isListed(objectType)) return ratingPage(context, cursor);
    const start = exportStart(EPOCH, clock.now());
    const page = await exportPage(client, RESOURCES[objectType], cursor, start);
    return { records: map[objectType](page.rows, page.answer), next: page.next };
  };
  const { records, next } = await read();
  return { rows: records.map(({ ref, updatedAt, links }) => ({ id: ref.id, updatedAt, links })), next };
}

// ------------------------------------------------------------------------------------------------ by id

type ReadResult = Awaited<ReturnType<SourceGateway["read"]>>;

async function readRefs(context: SourceContext, refs: readonly RecordRef[]): Promise<ReadResult> {
  const records: SourceRecord[] = [];
  const shown: ShownValues[] = [];
  for (const objectType of ["organization", "user", "ticket"] as const) {
    const ids = refs.filter((ref) => ref.objectType === objectType).map((ref) => ref.id);
    for (const page of await showMany(context.client, RESOURCES[objectType], ids)) {
      records.push(...context.map[objectType](page.rows, page.answer));
      if (objectType === "organization") shown.push(...shownFields(page.rows));
    }
  }
  records.push(...(await readRatings(context, refs)));
  const found = new Set(records.map((record) => refKey(record.ref)));
  const isAsked = (ref: RecordRef) => ref.objectType !== "rating" || ticketOfRatings(ref.id) === null;
  return {
    records: newestOfEach(records),
    missing: refs.filter((ref) => isAsked(ref) && !found.has(refKey(ref))),
    ...(shown.length > 0 && { shown }),
  };
}

async function readRatings(context: SourceContext, refs: readonly RecordRef[]): Promise<SourceRecord[]> {
  const asked = refs.filter((ref) => ref.objectType === "rating").map((ref) => ref.id);
  const tickets = asked.map(ticketOfRatings).filter((id) => id !== null);
  const own = new Set(asked.filter((id) => ticketOfRatings(id) === null));
  for (const id of await ratingIdsOf(context.client, tickets)) own.add(id);
  const records: SourceRecord[] = [];
  for (const id of own) {
    const found = await context.ratings.one(id);
    if (found) records.push(...context.map[found.system]([found.row]));
  }
  if (tickets.length > 0) records.push(...context.map.survey(await context.ratings.surveysOf(tickets)));
  return records;
}

/** A ticket carries its rating of the older system, without the time of the answer. */
async function ratingIdsOf(client: ZendeskClient, ticketIds: readonly string[]): Promise<string[]> {
  const pages = await showMany(client, "tickets", ticketIds);
  const rows: TicketRow[] = pages.flatMap((page) => readRows(ticketRow, page.rows).rows);
  return rows.flatMap(({ satisfaction_rating: given }) =>
    given?.id && /^(good|bad)/.test(given.score) ? [given.id] : [],
  );
}
