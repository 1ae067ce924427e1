import { type Request, Router } from "express";
import { isoSeconds } from "./clock.ts";
import { queryList, queryText } from "./http.ts";
import { invalidBody, originOf, type ZendeskContext } from "./zendesk-context.ts";
import { presentOrganization, presentTicket, presentUser } from "./zendesk-present.ts";
import type { Ticket } from "./zendesk-types.ts";

const MAX_PAGE = 1000;

interface Row<T> {
  at: number;
  id: number;
  record: T;
}

/** Incremental exports. Mounted at `/api/v2/incremental`. */
export function zendeskExports(context: ZendeskContext): Router {
  const router = Router();
  const { account } = context;
  router.get("/tickets/cursor", (req, res) => {
    const isLeftOut = (ticket: Ticket) =>
      queryText(req, "exclude_deleted") === "true" && ticket.status === "deleted";
    const tickets = [...account.tickets.values()].filter((ticket) => !isLeftOut(ticket));
    const page = cursorPage(
      context,
      req,
      tickets.map((record) => ({ at: record.generatedAt, id: record.id, record })),
    );
    const include = queryList(req, "include");
    const shape = { csat: context.csat, withMetrics: include.includes("metric_sets") };
    res.json({
      tickets: page.records.map((ticket) => presentTicket(account, ticket, shape)),
      ...sideloads(context, page.records, include),
      ...page.position,
    });
  });
  router.get("/users/cursor", (req, res) => {
    const rows = [...account.users.values()].map((record) => ({
      at: record.updatedAt,
      id: record.id,
      record,
    }));
    const page = cursorPage(context, req, rows);
    res.json({ users: page.records.map((user) => presentUser(account, user)), ...page.position });
  });
  router.get("/organizations", (req, res) => res.json(organizationPage(context, req)));
  return router;
}

const limitOf = (req: Request): number => {
  const limit = Number(queryText(req, "per_page") ?? MAX_PAGE);
  if (!(limit >= 1)) throw invalidBody("per_page must be positive");
  return Math.min(limit, MAX_PAGE);
};

function startTime(context: ZendeskContext, req: Request): number {
  const text = queryText(req, "start_time");
  if (text === undefined || !/^\d+$/.test(text)) throw invalidBody("start_time or cursor is required");
  const ms = Number(text) * 1000;
  if (ms > context.clock.ms() - context.limits.zendeskExportQuietMs) {
    throw invalidBody("Too recent start_time. Use a start_time older than 60 seconds");
  }
  return ms;
}

/** The cursor names the last row given out by (time, id); a row that changes moves behind it and comes again. */
function cursorPage<T>(context: ZendeskContext, req: Request, rows: readonly Row<T>[]) {
  const cursor = queryText(req, "cursor");
  const from = cursor === undefined ? { at: startTime(context, req), id: -1 } : decode(cursor);
  const until = context.clock.ms() - context.limits.zendeskExportQuietMs;
  const due = rows
    .filter(({ at, id }) => at <= until && (at > from.at || (at === from.at && id > from.id)))
    .sort((x, y) => x.at - y.at || x.id - y.id);
  const page = due.slice(0, limitOf(req));
  const last = page.at(-1) ?? from;
  const next = encode(last);
  const url = new URL(`${originOf(req)}${req.baseUrl}${req.path}.json`);
  url.searchParams.set("cursor", next);
  const include = queryText(req, "include");
  if (include !== undefined) url.searchParams.set("include", include);
  return {
    records: page.map(({ record }) => record),
    position: {
      after_cursor: next,
      after_url: url.href,
      before_cursor: null,
      before_url: null,
      end_of_stream: page.length === due.length,
    },
  };
}

const encode = ({ at, id }: { at: number; id: number }): string =>
  Buffer.from(`${at}.0||${id}`).toString("base64");

function decode(cursor: string): { at: number; id: number } {
  const match = /^(\d+)\.0\|\|(-?\d+)$/.exec(Buffer.from(cursor, "base64").toString());
  if (match === null) throw invalidBody("invalid cursor");
  return { at: Number(match[1]), id: Number(match[2]) };
}

function sideloads(context: ZendeskContext, tickets: readonly Ticket[], include: readonly string[]) {
  const { users, organizations } = context.account;
  const usersOf = new Set(tickets.flatMap(({ requesterId, assigneeId }) => [requesterId, assigneeId]));
  const organizationsOf = new Set(tickets.map(({ organizationId }) => organizationId));
  return {
    ...(include.includes("users") && {
      users: [...users.values()]
        .filter(({ id }) => usersOf.has(id))
        .map((user) => presentUser(context.account, user)),
    }),
    ...(include.includes("organizations") && {
      organizations: [...organizations.values()]
        .filter(({ id }) => organizationsOf.has(id))
        .map((organization) => presentOrganization(context.account, organization)),
    }),
  };
}

/** By time only: the next page starts at the second at which this one ends, so its rows come twice. */
function organizationPage(context: ZendeskContext, req: Request) {
  const from = startTime(context, req);
  const second = (ms: number) => Math.floor(ms / 1000);
  const due = [...context.account.organizations.values()]
    .filter(({ updatedAt }) => second(updatedAt) >= second(from))
    .sort((x, y) => x.updatedAt - y.updatedAt || x.id - y.id);
  const limit = limitOf(req);
  const border = due[limit - 1];
  // All rows of the last second belong to the page, or the next one would never get past them.
  const page =
    border === undefined ? due : due.filter(({ updatedAt }) => second(updatedAt) <= second(border.updatedAt));
  const endTime = second(page.at(-1)?.updatedAt ?? from);
  const isEnd = page.length === due.length;
  return {
    organizations: page.map((organization) => presentOrganization(context.account, organization)),
    count: page.length,
    end_time: endTime,
    next_page: `${originOf(req)}/api/v2/incremental/organizations.json?start_time=${endTime}`,
    end_of_stream: isEnd,
    generated_at: isoSeconds(context.clock.ms()),
  };
}
