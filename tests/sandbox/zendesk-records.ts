import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { queryList, queryText } from "./http.ts";
import {
  type FaultOf,
  idIn,
  invalidBody,
  notFound,
  originOf,
  paged,
  parseBody,
  type ZendeskContext,
  zendeskError,
} from "./zendesk-context.ts";
import { type JobItem, presentJob, type ZendeskJobs } from "./zendesk-jobs.ts";
import { presentOrganization, presentTicket, presentUser } from "./zendesk-present.ts";
import {
  organizationInput,
  type RowFailure,
  ticketInput,
  updateOrganization,
  updateTicket,
} from "./zendesk-updates.ts";

const BATCH_LIMIT = 100;

/** Tickets, organizations and users by id, and their updates. Mounted at `/api/v2`. */
export function zendeskRecords(context: ZendeskContext, jobs: ZendeskJobs, faultOf: FaultOf): Router {
  const router = Router();
  const { account } = context;
  const ticket = (req: Request) => {
    const shape = { csat: context.csat, withMetrics: queryList(req, "include").includes("metric_sets") };
    return (item: Parameters<typeof presentTicket>[1]) => presentTicket(account, item, shape);
  };
  const kinds = [
    { name: "tickets", single: "ticket", records: account.tickets, isGone: isDeleted, show: ticket },
    {
      name: "organizations",
      single: "organization",
      records: account.organizations,
      isGone: ({ deletedAt }: { deletedAt: number | null }) => deletedAt !== null,
      show: () => (item: Parameters<typeof presentOrganization>[1]) => presentOrganization(account, item),
    },
    {
      name: "users",
      single: "user",
      records: account.users,
      isGone: () => false,
      show: () => (item: Parameters<typeof presentUser>[1]) => presentUser(account, item),
    },
  ] as const;
  router.get("/users/me", (_req, res) => res.json({ user: presentUser(account, account.appUser) }));
  for (const kind of kinds) readRoutes(router, kind as ReadKind);
  router.get("/organizations/:id/tickets", (req, res) => {
    const id = idIn(req);
    const found = [...account.tickets.values()].filter(
      (item) => item.organizationId === id && !isDeleted(item),
    );
    res.json(paged(req, "tickets", found, (item) => item.id, ticket(req)));
  });
  updateRoutes(router, context, jobs, faultOf);
  router.get("/job_statuses/:id", (req, res) => {
    const job = jobs.find(String(req.params["id"]));
    if (job === null || faultOf(res).jobs === "expired") throw notFound();
    res.json(presentJob(originOf(req), job));
  });
  return router;
}

const isDeleted = ({ status }: { status: string }) => status === "deleted";

interface ReadKind {
  name: string;
  single: string;
  records: ReadonlyMap<number, { id: number }>;
  isGone(item: unknown): boolean;
  show(req: Request): (item: unknown) => unknown;
}

function readRoutes(router: Router, kind: ReadKind): void {
  router.get(`/${kind.name}`, (req, res) => {
    const present = [...kind.records.values()].filter((item) => !kind.isGone(item));
    res.json(paged(req, kind.name, present, ({ id }) => id, kind.show(req)));
  });
  router.get(`/${kind.name}/count`, (_req, res) => {
    const value = [...kind.records.values()].filter((item) => !kind.isGone(item)).length;
    res.json({ count: { value, refreshed_at: null } });
  });
  router.get(`/${kind.name}/show_many`, (req, res) => {
    const ids = queryList(req, "ids").map(Number);
    if (ids.length === 0 || ids.length > BATCH_LIMIT)
      throw invalidBody(`ids: 1 to ${BATCH_LIMIT} are possible`);
    const found = [...new Set(ids)]
      .flatMap((id) => kind.records.get(id) ?? [])
      .filter((item) => !kind.isGone(item));
    res.json({
      [kind.name]: found.map(kind.show(req)),
      count: found.length,
      next_page: null,
      previous_page: null,
    });
  });
  router.get(`/${kind.name}/:id`, (req, res) => {
    const item = kind.records.get(idIn(req));
    if (item === undefined || kind.isGone(item)) throw notFound();
    res.json({ [kind.single]: kind.show(req)(item) });
  });
}

function updateRoutes(router: Router, context: ZendeskContext, jobs: ZendeskJobs, faultOf: FaultOf): void {
  const { account } = context;
  router.put("/tickets/update_many", (req, res) => {
    const body = parseBody(
      z.object({ ticket: ticketInput.optional(), tickets: z.array(ticketInput).optional() }),
      req,
    );
    const rows = rowsOf(req, body.ticket, body.tickets);
    runJob(req, res, jobs, faultOf, rows, (id, input) => updateTicket(context, id, input));
  });
  router.put("/organizations/update_many", (req, res) => {
    const schema = z.object({
      organization: organizationInput.optional(),
      organizations: z.array(organizationInput).optional(),
    });
    const body = parseBody(schema, req);
    const rows = rowsOf(req, body.organization, body.organizations);
    runJob(req, res, jobs, faultOf, rows, (id, input) => updateOrganization(context, id, input));
  });
  router.put("/tickets/:id", (req, res) => {
    const id = idIn(req);
    assertWritten(updateTicket(context, id, parseBody(z.object({ ticket: ticketInput }), req).ticket));
    const ticket = account.tickets.get(id);
    if (ticket === undefined) throw notFound();
    res.json({ ticket: presentTicket(account, ticket, { csat: context.csat, withMetrics: false }) });
  });
  router.put("/organizations/:id", (req, res) => {
    const id = idIn(req);
    const { organization: input } = parseBody(z.object({ organization: organizationInput }), req);
    assertWritten(updateOrganization(context, id, input));
    const organization = account.organizations.get(id);
    if (organization === undefined) throw notFound();
    res.json({ organization: presentOrganization(account, organization) });
  });
}

function assertWritten(failure: RowFailure): void {
  if (failure === null) return;
  if (failure.error === "RecordNotFound") throw notFound();
  throw zendeskError(422, failure.error, "Record validation errors", {
    base: [{ description: failure.details }],
  });
}

/** The same change for `ids` in the query, or a change per row in the body. */
function rowsOf<T extends { id?: number | undefined }>(
  req: Request,
  same: T | undefined,
  each: T[] | undefined,
) {
  const ids = queryText(req, "ids") === undefined ? null : queryList(req, "ids").map(Number);
  const rows =
    ids === null
      ? (each ?? []).map((input) => ({ id: input.id, input }))
      : ids.map((id) => ({ id, input: same }));
  if (rows.length === 0 || rows.length > BATCH_LIMIT)
    throw invalidBody(`1 to ${BATCH_LIMIT} records are possible`);
  return rows.map(({ id, input }) => {
    if (id === undefined || input === undefined) throw invalidBody("every record needs an id and a change");
    return { id, input };
  });
}

function runJob<T>(
  req: Request,
  res: Response,
  jobs: ZendeskJobs,
  faultOf: FaultOf,
  rows: readonly { id: number; input: T }[],
  update: (id: number, input: T) => RowFailure,
): void {
  const fault = faultOf(res);
  const told = (index: number, id: number, failure: RowFailure): JobItem => ({
    index,
    id,
    action: "update",
    success: failure === null,
    status: failure === null ? "Updated" : "Failed",
    ...(failure !== null && failure),
  });
  const job = jobs.start(rows.length, fault, () =>
    rows.map(({ id, input }, i) => {
      const isFailing = fault.failedJobItems?.includes(String(id)) === true;
      return told(i, id, isFailing ? { error: "UpdateFailed", details: "told to fail" } : update(id, input));
    }),
  );
  res.json(presentJob(originOf(req), job));
}
