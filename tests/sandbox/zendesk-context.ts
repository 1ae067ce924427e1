import type { Request, Response } from "express";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import type { Fault, Faults } from "./faults.ts";
import { ApiFailure, parse, queryText } from "./http.ts";
import type { Random } from "./random.ts";
import type { SandboxDefinition, SandboxLimits, SandboxRequest, SandboxWrite } from "./types.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { ZendeskOauth } from "./zendesk-oauth.ts";

export interface ZendeskContext {
  account: ZendeskAccount;
  oauth: ZendeskOauth;
  clock: SandboxClock;
  random: Random;
  faults: Faults;
  limits: SandboxLimits;
  /** Which of the two back ends of satisfaction surveys the account has. */
  csat: "legacy" | "surveys";
  requests: SandboxRequest[];
  recordWrite(write: SandboxWrite): void;
  recordDefinition(definition: SandboxDefinition): void;
  elapsedMs(): number;
}

export type FaultOf = (response: Response) => Fault;

export function zendeskError(
  status: number,
  error: string,
  description: string,
  details: Record<string, unknown> = {},
): ApiFailure {
  return new ApiFailure(status, { error, description, ...(Object.keys(details).length > 0 && { details }) });
}

export const notFound = (): ApiFailure => zendeskError(404, "RecordNotFound", "Not found");
export const recordInvalid = (field: string, error: string, description: string): ApiFailure =>
  zendeskError(422, "RecordInvalid", "Record validation errors", { [field]: [{ description, error }] });
export const invalidBody = (message: string): ApiFailure => zendeskError(400, "InvalidParameter", message);

export const parseBody = <S extends z.ZodType>(schema: S, req: Request): z.infer<S> =>
  parse(schema, req.body, invalidBody);

export const numericId = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);

export const originOf = (req: Request): string => `${req.protocol}://${req.get("host") ?? "127.0.0.1"}`;

/** A path parameter that is an id. @throws {ApiFailure} 404 when it is none */
export function idIn(req: Request, parameter = "id"): number {
  const text = req.params[parameter];
  if (typeof text !== "string" || !/^\d+$/.test(text)) throw notFound();
  return Number(text);
}

const MAX_PAGE = 100;
const MAX_OFFSET_ROWS = 10_000;

/**
 * A list in either form of paging: by cursor when `page[size]` is given, else by page number.
 * @param idOf the cursor is the last id given out; the list must be in ascending order of it
 */
export function paged<T>(
  req: Request,
  key: string,
  items: readonly T[],
  idOf: (item: T) => number | string,
  render: (item: T) => unknown,
): Record<string, unknown> {
  const size = queryText(req, "page[size]");
  return size === undefined
    ? byNumber(req, key, items, render)
    : byCursor(req, key, items, Math.min(Number(size), MAX_PAGE), idOf, render);
}

function byCursor<T>(
  req: Request,
  key: string,
  items: readonly T[],
  size: number,
  idOf: (item: T) => number | string,
  render: (item: T) => unknown,
) {
  const after = queryText(req, "page[after]");
  const start = after === undefined ? 0 : items.findIndex((item) => encode(idOf(item)) === after) + 1;
  if (!(size >= 1) || (after !== undefined && start === 0))
    throw invalidBody("invalid pagination parameters");
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  const hasMore = start + size < items.length;
  const cursor = last === undefined ? null : encode(idOf(last));
  const next = new URL(req.originalUrl, originOf(req));
  next.searchParams.set("page[after]", cursor ?? "");
  return {
    [key]: page.map(render),
    meta: { has_more: hasMore, after_cursor: hasMore ? cursor : null, before_cursor: null },
    links: { next: hasMore ? next.href : null, prev: null },
  };
}

function byNumber<T>(req: Request, key: string, items: readonly T[], render: (item: T) => unknown) {
  const size = Math.min(Number(queryText(req, "per_page") ?? MAX_PAGE), MAX_PAGE);
  const page = Number(queryText(req, "page") ?? 1);
  if (!(size >= 1) || !(page >= 1) || page * size > MAX_OFFSET_ROWS) {
    throw invalidBody(`Offset pagination ends at ${MAX_OFFSET_ROWS} rows`);
  }
  const next = new URL(req.originalUrl, originOf(req));
  next.searchParams.set("page", String(page + 1));
  return {
    [key]: items.slice((page - 1) * size, page * size).map(render),
    count: items.length,
    next_page: page * size < items.length ? next.href : null,
    previous_page: null,
  };
}

const encode = (id: number | string): string => Buffer.from(String(id)).toString("base64url");
