import { Router } from "express";
import { z } from "zod";
import { isoMs } from "./clock.ts";
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
import type { HubspotType } from "./hubspot-property-data.ts";
import type { Link } from "./hubspot-record.ts";

const BATCH_LIMIT = 1000;
/** Associated ids per record and answer. */
const PAGE = 500;

/** HubSpot's own association types: from/to → [type id, type id of the primary one]. */
const TYPE_IDS: Partial<Record<`${HubspotType}/${HubspotType}`, readonly [number, number?]>> = {
  "companies/contacts": [280, 2],
  "contacts/companies": [279, 1],
  "companies/deals": [342, 6],
  "deals/companies": [341, 5],
  "companies/tickets": [340, 25],
  "tickets/companies": [339, 26],
  "contacts/tickets": [15],
  "tickets/contacts": [16],
  "contacts/deals": [4],
  "deals/contacts": [3],
  "feedback_submissions/contacts": [98],
  "contacts/feedback_submissions": [97],
  "feedback_submissions/tickets": [100],
  "tickets/feedback_submissions": [99],
};

const readBody = z.object({ inputs: z.array(z.object({ id: idText, after: idText.optional() })) });

export function associationTypeId(from: HubspotType, to: HubspotType, isPrimary: boolean): number | null {
  const [plain, primary] = TYPE_IDS[`${from}/${to}`] ?? [];
  return (isPrimary ? primary : undefined) ?? plain ?? null;
}

function associationTypes(from: HubspotType, to: HubspotType, link: Link) {
  const of = (typeId: number | undefined, label: string | null) =>
    typeId === undefined ? [] : [{ category: "HUBSPOT_DEFINED", typeId, label }];
  const [plain, primary] = TYPE_IDS[`${from}/${to}`] ?? [];
  return [...(link.isPrimary ? of(primary, "Primary") : []), ...of(plain, null)];
}

/** Reading associations in batches. Mounted at `/crm/associations/2026-03`. */
export function hubspotAssociations(context: HubspotContext, callOf: CallOf): Router {
  const router = Router();
  router.post("/:type/:toType/batch/read", (req, res) => {
    const from = typeIn(req);
    const to = typeIn(req, "toType");
    const { inputs } = parseBody(readBody, req);
    if (inputs.length === 0 || inputs.length > BATCH_LIMIT) {
      throw hubspotError(400, "VALIDATION_ERROR", `A batch has 1 to ${BATCH_LIMIT} inputs`);
    }
    const { portal } = callOf(res);
    const results: unknown[] = [];
    const errors: ErrorRow[] = [];
    for (const { id, after } of inputs) {
      const record = portal.find(from, id);
      const links = record === null ? [] : portal.links(record, to);
      if (links.length === 0) {
        errors.push(noAssociations(id, from, to));
        continue;
      }
      const start = after === undefined ? 0 : links.findIndex((link) => link.id === after) + 1;
      const page = links.slice(start, start + PAGE);
      const last = page.at(-1);
      results.push({
        from: { id },
        to: page.map((link) => ({ toObjectId: link.id, associationTypes: associationTypes(from, to, link) })),
        ...(start + PAGE < links.length && last && { paging: { next: { after: last.id } } }),
      });
    }
    sendBatch(res, isoMs(context.clock.ms()), results, errors);
  });
  return router;
}

/** The associations of one record. Mounted at `/crm/objects/2026-03`. */
export function hubspotRecordAssociations(callOf: CallOf): Router {
  const router = Router();
  router.get("/:type/:id/associations/:toType", (req, res) => {
    const from = typeIn(req);
    const to = typeIn(req, "toType");
    const { portal } = callOf(res);
    const record = portal.find(from, textIn(req, "id"));
    if (record === null) throw hubspotError(404, "OBJECT_NOT_FOUND", "resource not found");
    const results = portal
      .links(record, to)
      .slice(0, PAGE)
      .map((link) => ({ toObjectId: link.id, associationTypes: associationTypes(from, to, link) }));
    res.json({ results });
  });
  return router;
}

/** Routine: a record without associations makes the answer a 207. */
const noAssociations = (id: string, from: HubspotType, to: HubspotType): ErrorRow => ({
  status: "error",
  category: "OBJECT_NOT_FOUND",
  subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
  message: `No ${to} is associated with ${from} ${id}.`,
  context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
});
