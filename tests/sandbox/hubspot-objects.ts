import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { isoMs } from "./clock.ts";
import { queryList, queryText } from "./http.ts";
import {
  type CallOf,
  type ErrorRow,
  type HubspotContext,
  hubspotError,
  idText,
  parseBody,
  sendBatch,
  textIn,
  typeIn,
} from "./hubspot-context.ts";
import { present, presentLinks, type Shape } from "./hubspot-present.ts";
import { type HubspotType, hubspotTypes } from "./hubspot-property-data.ts";
import type { CrmRecord } from "./hubspot-record.ts";
import { writeRows } from "./hubspot-write.ts";

const PAGE_LIMIT = 100;
const PAGE_LIMIT_WITH_HISTORY = 50;
const BATCH_LIMIT = 100;

const propertyValues = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]),
);
const readBody = z.object({
  inputs: z.array(z.object({ id: idText })),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
});
const updateBody = z.object({
  inputs: z.array(
    z.object({ id: idText, properties: propertyValues, objectWriteTraceId: z.string().optional() }),
  ),
});

/** Records: list, get, change, archive, batches. Mounted at `/crm/objects/2026-03`. */
export function hubspotObjects(context: HubspotContext, callOf: CallOf): Router {
  const router = Router();
  router.get("/:type", (req, res) => list(req, res, callOf));
  router.get("/:type/:id", (req, res) => getOne(req, res, callOf));
  router.patch("/:type/:id", (req, res) => {
    const type = typeIn(req);
    const { properties } = parseBody(z.object({ properties: propertyValues }), req);
    const call = callOf(res);
    const { records, errors } = writeRows(context, call, type, [{ id: textIn(req, "id"), properties }]);
    const [record] = records;
    if (record === undefined) throw hubspotError(404, "OBJECT_NOT_FOUND", errors[0]?.message ?? "not found");
    res.json(
      present(call.portal, record, { properties: Object.keys(properties), propertiesWithHistory: [] }),
    );
  });
  router.post("/:type/batch/read", (req, res) => batchRead(context, req, res, callOf));
  router.post("/:type/batch/update", (req, res) => {
    const type = typeIn(req);
    const { inputs } = parseBody(updateBody, req);
    assertBatch(inputs);
    const call = callOf(res);
    const { records, errors } = writeRows(context, call, type, inputs);
    const written = new Map(inputs.map(({ id, properties }) => [id, Object.keys(properties)]));
    const results = records.map((record) =>
      present(call.portal, record, { properties: written.get(record.id) ?? [], propertiesWithHistory: [] }),
    );
    sendBatch(res, isoMs(context.clock.ms()), results, errors);
  });
  return router;
}

const shapeOf = (req: Request): Shape => ({
  properties: queryList(req, "properties"),
  propertiesWithHistory: queryList(req, "propertiesWithHistory"),
});

const associatedTypes = (req: Request): HubspotType[] =>
  queryList(req, "associations").flatMap((name) => hubspotTypes.filter((type) => type === name));

function list(req: Request, res: Response, callOf: CallOf): void {
  const type = typeIn(req);
  const shape = shapeOf(req);
  const max = shape.propertiesWithHistory.length > 0 ? PAGE_LIMIT_WITH_HISTORY : PAGE_LIMIT;
  const limit = Number(queryText(req, "limit") ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) {
    throw hubspotError(400, "VALIDATION_ERROR", `Invalid limit ${limit}: must be between 1 and ${max}`);
  }
  const after = queryText(req, "after");
  if (after !== undefined && !/^\d+$/.test(after)) {
    throw hubspotError(400, "VALIDATION_ERROR", "after is not a cursor of this list");
  }
  const { portal } = callOf(res);
  const isArchived = queryText(req, "archived") === "true";
  const found: CrmRecord[] = [];
  for (const record of portal.all(type)) {
    // The cursor is the last id given out, so records made meanwhile come at the end and move nothing.
    if (Number(record.id) <= Number(after ?? 0) || (record.archivedAt !== null) !== isArchived) continue;
    found.push(record);
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const types = associatedTypes(req);
  res.json({
    results: page.map((record) => ({
      ...present(portal, record, shape),
      ...presentLinks(portal, record, types),
    })),
    ...(found.length > limit && last && { paging: { next: { after: last.id, link: `?after=${last.id}` } } }),
  });
}

function getOne(req: Request, res: Response, callOf: CallOf): void {
  const type = typeIn(req);
  const { portal } = callOf(res);
  const record = portal.find(type, textIn(req, "id"));
  const isArchived = queryText(req, "archived") === "true";
  if (record === null || (record.archivedAt !== null) !== isArchived) {
    throw hubspotError(404, "OBJECT_NOT_FOUND", "resource not found");
  }
  res.json({
    ...present(portal, record, shapeOf(req)),
    ...presentLinks(portal, record, associatedTypes(req)),
  });
}

function batchRead(context: HubspotContext, req: Request, res: Response, callOf: CallOf): void {
  const type = typeIn(req);
  const { inputs, ...shape } = parseBody(readBody, req);
  assertBatch(inputs);
  const isArchived = queryText(req, "archived") === "true";
  const { portal, fault } = callOf(res);
  const found = inputs.map(({ id }) => {
    const record = fault.partialIds?.includes(id) ? null : portal.find(type, id);
    return record !== null && (record.archivedAt !== null) === isArchived ? record : null;
  });
  const missing = inputs.filter((_, i) => found[i] === null).map(({ id }) => id);
  const errors: ErrorRow[] =
    missing.length === 0
      ? []
      : [
          {
            status: "error",
            category: "OBJECT_NOT_FOUND",
            message:
              "Could not get some objects, they may be deleted or not exist. Check that ids are valid.",
            context: { ids: missing },
          },
        ];
  const results = found.filter((record) => record !== null).map((record) => present(portal, record, shape));
  sendBatch(res, isoMs(context.clock.ms()), results, errors);
}

function assertBatch(inputs: readonly { id: string }[]): void {
  if (inputs.length === 0 || inputs.length > BATCH_LIMIT) {
    throw hubspotError(
      400,
      "VALIDATION_ERROR",
      `A batch has 1 to ${BATCH_LIMIT} inputs, this one ${inputs.length}`,
    );
  }
  if (new Set(inputs.map(({ id }) => id)).size < inputs.length) {
    throw hubspotError(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input");
  }
}
