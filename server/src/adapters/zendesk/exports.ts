import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { ZendeskClient } from "./client.ts";
import { isUnsupported, listPage, type RowPage, rowsOf } from "./paging.ts";

/** What history and catch-up read by export; each is also the key of its rows. */
export type ExportedResource = "organizations" | "users" | "tickets";

/** Metrics have first reply and reopens; the ticket itself does not. */
const QUERIES: Record<ExportedResource, Record<string, string>> = {
  organizations: {},
  users: { per_page: "1000" },
  tickets: { per_page: "1000", include: "metric_sets" },
};
const LIST_QUERIES: Record<ExportedResource, Record<string, string>> = {
  organizations: {},
  users: {},
  tickets: { include: "metric_sets" },
};
/** For accounts whose tickets are so long that a full page is over the size cap of an answer. */
const SMALL_PAGE = "100";
/** Exports leave the last minute out and refuse a start in it. */
const EXPORT_LAG_S = 61;

export const exportStart = (since: Date, now: Date): number =>
  Math.max(0, Math.min(Math.floor(since.getTime() / 1000), Math.floor(now.getTime() / 1000) - EXPORT_LAG_S));

/** `isList` = from the ordinary list: everything, changed or not. */
export type ExportPage = RowPage & { isList: boolean };

const cursorAnswer = z.looseObject({
  after_cursor: z.string().min(1).nullable().catch(null),
  end_of_stream: z.boolean().nullable().catch(null),
});
const timeAnswer = z.looseObject({
  end_time: z.int().nonnegative().nullable().catch(null),
  end_of_stream: z.boolean().nullable().catch(null),
});

/**
 * One page of a resource in the order of change. Admins get the incremental export; where that is refused or
 * unknown, the ordinary list does, whose rows are in no particular order.
 * @param position as answered before; `null` to begin
 * @param start where an export begins, in unix seconds; lists always begin at the beginning
 */
export async function exportPage(
  client: ZendeskClient,
  resource: ExportedResource,
  position: string | null,
  start: number,
): Promise<ExportPage> {
  if (position?.startsWith("list:")) return nextListPage(client, resource, position.slice("list:".length));
  try {
    return resource === "organizations"
      ? await timedPage(client, resource, Number(position?.slice("time:".length) ?? start))
      : await cursorPage(client, resource, position, start);
  } catch (error) {
    if (position !== null || !isUnsupported(error)) throw error;
    return nextListPage(client, resource, null);
  }
}

/** A good answer that was refused here: only its size can be wrong. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof PlatformError && error.kind === "rejected" && error.status === 200;

async function cursorPage(
  client: ZendeskClient,
  resource: ExportedResource,
  position: string | null,
  start: number,
): Promise<ExportPage> {
  const from =
    position === null ? { start_time: String(start) } : { cursor: position.slice("cursor:".length) };
  const ask = (query: Record<string, string>) =>
    client.get(["incremental", resource, "cursor"], cursorAnswer, {
      query: { ...QUERIES[resource], ...query, ...from },
      lane: "export",
    });
  const answer = await ask({}).catch((error: unknown) => {
    if (!isTooLarge(error)) throw error;
    return ask({ per_page: SMALL_PAGE });
  });
  const { after_cursor, end_of_stream } = answer;
  const rows = rowsOf(answer, resource);
  // without the flag, a page that leads nowhere new is the last
  const isEnd = end_of_stream ?? (rows.length === 0 || `cursor:${after_cursor}` === position);
  return {
    rows,
    next: isEnd || after_cursor === null ? null : `cursor:${after_cursor}`,
    answer,
    isList: false,
  };
}

/** Organizations are exported by time only: pages overlap at their ends, and rows come twice. */
async function timedPage(
  client: ZendeskClient,
  resource: ExportedResource,
  start: number,
): Promise<ExportPage> {
  const answer = await client.get(["incremental", resource], timeAnswer, {
    query: { ...QUERIES[resource], start_time: String(start) },
    lane: "export",
  });
  const rows = rowsOf(answer, resource);
  const { end_time, end_of_stream } = answer;
  const isEnd = end_time === null || (end_of_stream ?? (rows.length === 0 || end_time <= start));
  // more rows than a page within one second would otherwise be read for ever
  return { rows, next: isEnd ? null : `time:${Math.max(end_time, start + 1)}`, answer, isList: false };
}

async function nextListPage(
  client: ZendeskClient,
  resource: ExportedResource,
  position: string | null,
): Promise<ExportPage> {
  const page = await listPage(client, [resource], resource, position, {
    query: LIST_QUERIES[resource],
    lane: "history",
  });
  return { ...page, next: page.next === null ? null : `list:${page.next}`, isList: true };
}
