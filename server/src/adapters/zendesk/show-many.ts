import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { ZendeskClient } from "./client.ts";
import type { ExportedResource } from "./exports.ts";
import { rowsOf } from "./paging.ts";

/** Ids in one call. */
const SHOWN_AT_ONCE = 100;
const SINGULAR = { organizations: "organization", users: "user", tickets: "ticket" } as const;
const QUERY: Record<ExportedResource, Record<string, string>> = {
  organizations: {},
  users: {},
  tickets: { include: "metric_sets" },
};
const anyAnswer = z.looseObject({});

export interface ShownPage {
  rows: unknown[];
  answer: Readonly<Record<string, unknown>>;
}

/** Rows of these ids; what does not exist any more is simply not among them. */
export async function showMany(
  client: ZendeskClient,
  resource: ExportedResource,
  ids: readonly string[],
): Promise<ShownPage[]> {
  const wanted = [...new Set(ids)];
  const pages: ShownPage[] = [];
  for (let from = 0; from < wanted.length; from += SHOWN_AT_ONCE) {
    const chunk = wanted.slice(from, from + SHOWN_AT_ONCE);
    pages.push(...(await showChunk(client, resource, chunk)));
  }
  return pages;
}

async function showChunk(
  client: ZendeskClient,
  resource: ExportedResource,
  ids: readonly string[],
): Promise<ShownPage[]> {
  try {
    const query = { ...QUERY[resource], ids: ids.join(",") };
    const answer = await client.get([resource, "show_many"], anyAnswer, { query });
    return [{ rows: rowsOf(answer, resource), answer }];
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // either none of them exists, or the endpoint does not: one by one tells
    const shown = await Promise.all(ids.map((id) => showOne(client, resource, id)));
    return shown.filter((page) => page !== null);
  }
}

async function showOne(
  client: ZendeskClient,
  resource: ExportedResource,
  id: string,
): Promise<ShownPage | null> {
  try {
    const answer = await client.get([resource, id], anyAnswer, { query: QUERY[resource] });
    return { rows: [answer[SINGULAR[resource]]], answer };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

const isNotFound = (error: unknown): boolean => error instanceof PlatformError && error.status === 404;
