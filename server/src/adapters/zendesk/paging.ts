import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { ApiPath, CallOptions, ZendeskClient } from "./client.ts";

/** Rows as they came, and where to go on; `next` null = this was the last page. */
export interface RowPage {
  rows: unknown[];
  next: string | null;
  /** The answer itself, for what was sent along. */
  answer: Readonly<Record<string, unknown>>;
}

const PAGE_SIZE = "100";
const text = z.string().min(1).nullable().catch(null);
const listAnswer = z.looseObject({
  meta: z.object({ has_more: z.boolean(), after_cursor: text }).nullable().catch(null),
  links: z.object({ next: text }).catch({ next: null }),
  next_page: text,
});
type ListAnswer = z.infer<typeof listAnswer>;

/**
 * One page of a list, by cursor where the endpoint knows them and by page number where it does not. Addresses in
 * answers are never followed: only the position is taken out of them.
 * @param position as answered before; `null` for the first page
 */
export async function listPage(
  client: ZendeskClient,
  path: ApiPath,
  key: string,
  position: string | null,
  options: CallOptions = {},
): Promise<RowPage> {
  const query = { ...options.query, ...positionQuery(position) };
  const answer = await client.get(path, listAnswer, { ...options, query });
  return { rows: rowsOf(answer, key), next: nextPosition(answer), answer };
}

/** All rows of a short list, such as field definitions. */
export async function listAll(client: ZendeskClient, path: ApiPath, key: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  let position: string | null = null;
  do {
    const page: RowPage = await listPage(client, path, key, position);
    rows.push(...page.rows);
    position = page.next;
  } while (position !== null);
  return rows;
}

function positionQuery(position: string | null): Record<string, string> {
  if (position === null) return { "page[size]": PAGE_SIZE };
  const [, kind, value = ""] = /^(after|page):(.*)$/s.exec(position) ?? [];
  return kind === "page"
    ? { page: value, per_page: PAGE_SIZE }
    : { "page[size]": PAGE_SIZE, "page[after]": value };
}

function nextPosition({ meta, links, next_page }: ListAnswer): string | null {
  const parameter = (url: string | null, name: string) =>
    url === null ? null : (URL.parse(url, "http://relative.invalid")?.searchParams.get(name) ?? null);
  if (meta) {
    const after = meta.after_cursor ?? parameter(links.next, "page[after]");
    return meta.has_more && after !== null ? `after:${after}` : null;
  }
  const after = parameter(links.next, "page[after]");
  if (after !== null) return `after:${after}`;
  const page = parameter(next_page, "page");
  return page === null ? null : `page:${page}`;
}

/** Anything but a list counts as an answer that cannot be read: an empty page would end a backfill early. */
export function rowsOf(answer: Readonly<Record<string, unknown>>, key: string): unknown[] {
  const rows = answer[key];
  if (Array.isArray(rows)) return rows;
  throw new PlatformError("unavailable", `Zendesk's answer has no list of ${key}`);
}

const UNSUPPORTED: ReadonlySet<number | null> = new Set([403, 404, 405, 410, 501]);
/** Whether the account, its plan or the token's user simply does not have the endpoint. */
export const isUnsupported = (error: unknown): boolean =>
  error instanceof PlatformError && UNSUPPORTED.has(error.status);
