import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { type CallOf, hubspotError, parseBody, singular, typeIn } from "./hubspot-context.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import { present } from "./hubspot-present.ts";
import { hubspotTypes } from "./hubspot-property-data.ts";
import type { CrmRecord } from "./hubspot-record.ts";

const MAX_PAGE = 200;
const MAX_RESULTS = 10_000;
const MAX_BODY_CHARACTERS = 3_000;
const MAX_GROUPS = 5;
const MAX_FILTERS = { perGroup: 6, inAll: 18 };

const text = z.union([z.string(), z.number().transform(String)]);
const filter = z.object({
  propertyName: z.string(),
  operator: z.enum([
    "EQ",
    "NEQ",
    "LT",
    "LTE",
    "GT",
    "GTE",
    "BETWEEN",
    "IN",
    "NOT_IN",
    "HAS_PROPERTY",
    "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN",
    "NOT_CONTAINS_TOKEN",
  ]),
  value: text.optional(),
  values: z.array(text).optional(),
  highValue: text.optional(),
});
type Filter = z.infer<typeof filter>;
const sort = z.union([
  z.string().transform((propertyName) => ({ propertyName, direction: "ASCENDING" as const })),
  z.object({ propertyName: z.string(), direction: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING") }),
]);
const searchBody = z.object({
  filterGroups: z.array(z.object({ filters: z.array(filter) })).default([]),
  sorts: z.array(sort).default([]),
  query: z.string().optional(),
  properties: z.array(z.string()).default([]),
  limit: z.number().int().min(1).max(MAX_PAGE).default(10),
  after: text.optional(),
});

/** Search. Mounted at `/crm/objects/2026-03`. */
export function hubspotSearch(callOf: CallOf): Router {
  const router = Router();
  router.post("/:type/search", (req, res) => search(req, res, callOf));
  return router;
}

function search(req: Request, res: Response, callOf: CallOf): void {
  const type = typeIn(req);
  if (JSON.stringify(req.body).length > MAX_BODY_CHARACTERS) {
    throw hubspotError(400, "VALIDATION_ERROR", `The body has more than ${MAX_BODY_CHARACTERS} characters`);
  }
  const body = parseBody(searchBody, req);
  const counts = body.filterGroups.map(({ filters }) => filters.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (
    counts.length > MAX_GROUPS ||
    total > MAX_FILTERS.inAll ||
    counts.some((n) => n > MAX_FILTERS.perGroup)
  ) {
    throw hubspotError(400, "VALIDATION_ERROR", "Too many filter groups or filters");
  }
  const start = Number(body.after ?? 0);
  if (!(start + body.limit <= MAX_RESULTS)) {
    throw hubspotError(400, "VALIDATION_ERROR", `A search gives at most ${MAX_RESULTS} results`);
  }
  const { portal } = callOf(res);
  const found = [...portal.all(type)]
    .filter((record) => record.archivedAt === null && matches(portal, record, body))
    .sort((x, y) => compare(portal, x, y, body.sorts));
  const page = found.slice(start, start + body.limit);
  const next = start + page.length;
  res.json({
    total: found.length,
    results: page.map((record) =>
      present(portal, record, { properties: body.properties, propertiesWithHistory: [] }),
    ),
    ...(next < found.length && { paging: { next: { after: String(next) } } }),
  });
}

function matches(portal: HubspotPortal, record: CrmRecord, body: z.infer<typeof searchBody>): boolean {
  const { query, filterGroups } = body;
  const isNamed =
    query === undefined ||
    [...record.versions.values()].some(([newest]) =>
      newest?.value.toLowerCase().includes(query.toLowerCase()),
    );
  if (!isNamed) return false;
  return (
    filterGroups.length === 0 ||
    filterGroups.some(({ filters }) => filters.every((f) => passes(portal, record, f)))
  );
}

function passes(
  portal: HubspotPortal,
  record: CrmRecord,
  { propertyName, operator, value = "", values = [], highValue }: Filter,
): boolean {
  const linked = /^associations\.(\w+)$/.exec(propertyName)?.[1];
  const linkedType = hubspotTypes.find((type) => type === linked || singular(type) === linked);
  const actual = linkedType === undefined ? comparable(portal.value(record, propertyName)) : "";
  if (linkedType !== undefined) {
    const ids = portal.links(record, linkedType).map(({ id }) => id);
    return [value, ...values].some((id) => ids.includes(id));
  }
  const has = actual !== "";
  const wanted = comparable(value);
  switch (operator) {
    case "HAS_PROPERTY":
      return has;
    case "NOT_HAS_PROPERTY":
      return !has;
    case "EQ":
      return actual === wanted;
    case "NEQ":
      return actual !== wanted;
    case "LT":
      return has && actual < wanted;
    case "LTE":
      return has && actual <= wanted;
    case "GT":
      return has && actual > wanted;
    case "GTE":
      return has && actual >= wanted;
    case "BETWEEN":
      return has && actual >= wanted && actual <= comparable(highValue ?? "");
    case "IN":
      return values.some((item) => comparable(item) === actual);
    case "NOT_IN":
      return has && !values.some((item) => comparable(item) === actual);
    case "CONTAINS_TOKEN":
      return String(actual).toLowerCase().includes(value.replaceAll("*", "").toLowerCase());
    case "NOT_CONTAINS_TOKEN":
      return !String(actual).toLowerCase().includes(value.replaceAll("*", "").toLowerCase());
  }
}

/** Numbers and times compare as numbers, the rest as lower-case text. */
function comparable(value: string | null): string | number {
  if (value === null || value === "") return "";
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value))
    ? Date.parse(value)
    : value.toLowerCase();
}

function compare(
  portal: HubspotPortal,
  x: CrmRecord,
  y: CrmRecord,
  sorts: readonly { propertyName: string; direction: "ASCENDING" | "DESCENDING" }[],
): number {
  for (const { propertyName, direction } of sorts) {
    const left = comparable(portal.value(x, propertyName));
    const right = comparable(portal.value(y, propertyName));
    if (left !== right) return (left < right ? -1 : 1) * (direction === "ASCENDING" ? 1 : -1);
  }
  return Number(x.id) - Number(y.id);
}
