import { connectionId } from "@bellwether/shared";
import { z } from "zod";
import { changeFieldMap } from "../../services/change-field-map.ts";
import { getFieldMaps } from "../../services/get-field-map.ts";
import type { ApiRoute } from "../api-route.ts";
import type { HttpDeps } from "../deps.ts";
import { actorOf } from "../middleware/api-actor.ts";
import { parseRequest } from "../parse-request.ts";
import { tenantOf } from "./tenant-of.ts";

const MOST_FIELDS = 100;
const change = z.object({
  connectionId,
  /** Our field, or `custom.<name>` → property or field of the platform; empty = not mapped. All choices at once. */
  fields: z
    .record(z.string().max(60), z.string().max(2000))
    .refine((fields) => Object.keys(fields).length <= MOST_FIELDS, `at most ${MOST_FIELDS} fields`),
});

const fieldMap = z.object({
  connectionId: z.string(),
  platform: z.enum(["hubspot", "zendesk"]),
  externalId: z.string(),
  fields: z.array(
    z.object({
      field: z.string(),
      label: z.string(),
      property: z.string().nullable(),
      usual: z.string().nullable(),
      isChosen: z.boolean(),
    }),
  ),
});

export const fieldMapRoutes = (deps: HttpDeps): ApiRoute[] => [
  {
    method: "get",
    path: "/field-map",
    action: "field-map.read",
    summary: "Which HubSpot properties and Zendesk fields feed which of our fields",
    answer: { description: "Field maps", schema: z.object({ fieldMaps: z.array(fieldMap) }) },
    handle: async (req, res) => {
      res.json({ fieldMaps: await getFieldMaps(deps, await tenantOf(deps, req, res)) });
    },
  },
  {
    method: "put",
    path: "/field-map",
    action: "field-map.change",
    summary: "Chooses the fields of one connection; its records are read again",
    body: change,
    answer: {
      description: "The field map, how many records are read again, and what to know about it",
      schema: z.object({ fieldMap, rereading: z.int(), notes: z.array(z.string()) }),
    },
    handle: async (req, res) => {
      const wanted = parseRequest(change, req.body);
      const tenant = await tenantOf(deps, req, res);
      res.json(await changeFieldMap(deps, { tenant, actor: actorOf(res), ...wanted }));
    },
  },
];
