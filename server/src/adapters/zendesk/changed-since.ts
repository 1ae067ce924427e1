import { type RecordRef, refKey } from "@bellwether/shared";
import { z } from "zod";
import { ratingsOfTicket } from "./events.ts";
import { type ExportPage, exportPage, exportStart } from "./exports.ts";
import { zendeskRef } from "./map-records.ts";
import type { RowPage } from "./paging.ts";
import type { RatingSystem } from "./ratings.ts";
import { readRows } from "./rest-rows.ts";
import { type ListedType, RESOURCES, type SourceContext } from "./source-context.ts";

/** Records that changed, among them deleted ones, which reading again finds missing. */
export async function changedSince(context: SourceContext, since: Date): Promise<RecordRef[]> {
  const refs = new Map<string, RecordRef>();
  const add = (ref: RecordRef) => refs.set(refKey(ref), ref);
  for (const objectType of ["organization", "user", "ticket"] as const)
    for await (const id of changedIds(context, objectType, since)) add(zendeskRef(objectType, id));
  for (const system of ["legacy", "survey"] as const)
    for await (const page of ratingPages(context, system, since))
      for (const ref of changedRatings(context, system, page)) add(ref);
  return [...refs.values()];
}

const changedRow = z.object({
  id: z.union([z.int(), z.string()]).transform(String),
  updated_at: z.string().catch(""),
});

async function* changedIds(
  context: SourceContext,
  objectType: ListedType,
  since: Date,
): AsyncGenerator<string> {
  const start = exportStart(since, context.clock.now());
  let position: string | null = null;
  do {
    const page: ExportPage = await exportPage(context.client, RESOURCES[objectType], position, start);
    // a list has everything; an export only what changed, also what the system changed without a new date
    for (const row of readRows(changedRow, page.rows).rows)
      if (!page.isList || !(Date.parse(row.updated_at) < since.getTime())) yield row.id;
    position = page.next;
  } while (position !== null);
}

async function* ratingPages(
  context: SourceContext,
  system: RatingSystem,
  since: Date,
): AsyncGenerator<RowPage> {
  let position: string | null = null;
  do {
    const page: RowPage = await context.ratings.page(system, position, since);
    yield page;
    position = page.next;
  } while (position !== null);
}

/** Survey responses are read by their tickets, many in one call; ratings of the older system by their own ids. */
const changedRatings = (context: SourceContext, system: RatingSystem, page: RowPage): RecordRef[] =>
  context.map[system](page.rows).map((record) => {
    const ticket = record.links.find((link) => link.objectType === "ticket");
    return system === "survey" && ticket ? ratingsOfTicket(ticket.id) : record.ref;
  });
