import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { isoMs } from "./clock.ts";
import {
  type CallOf,
  type ErrorRow,
  type HubspotContext,
  hubspotError,
  parseBody,
  sendBatch,
  textIn,
  typeIn,
} from "./hubspot-context.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import type { HubspotType, PropertyDefinition } from "./hubspot-property-data.ts";

const NAME = /^[a-z][a-z0-9_]{0,99}$/;
const option = z.object({
  label: z.string().min(1),
  value: z.string().min(1),
  displayOrder: z.number().default(-1),
  hidden: z.boolean().default(false),
});
const changeable = {
  label: z.string().min(1),
  groupName: z.string(),
  description: z.string(),
  options: z.array(option),
  displayOrder: z.number(),
  hidden: z.boolean(),
  formField: z.boolean(),
};
const propertyCreate = z.object({
  ...changeable,
  name: z.string().regex(NAME),
  type: z.enum(["bool", "date", "datetime", "enumeration", "number", "string", "phone_number"]),
  fieldType: z.string().min(1),
  description: changeable.description.default(""),
  options: changeable.options.default([]),
  displayOrder: changeable.displayOrder.default(-1),
  hidden: changeable.hidden.default(false),
  formField: changeable.formField.default(false),
  hasUniqueValue: z.boolean().default(false),
});
const propertyChange = z.object({
  label: changeable.label.optional(),
  groupName: changeable.groupName.optional(),
  description: changeable.description.optional(),
  options: changeable.options.optional(),
  displayOrder: changeable.displayOrder.optional(),
  hidden: changeable.hidden.optional(),
  formField: changeable.formField.optional(),
});
const groupCreate = z.object({
  name: z.string().regex(NAME),
  label: z.string().min(1),
  displayOrder: z.number().default(-1),
});

/** Property definitions and groups. Mounted at `/crm/properties/2026-03`. */
export function hubspotProperties(context: HubspotContext, callOf: CallOf): Router {
  const router = Router();
  router.get("/:type/groups", (req, res) => {
    res.json({ results: (callOf(res).portal.groups.get(typeIn(req)) ?? []).map(asGroup) });
  });
  router.get("/:type/groups/:name", (req, res) => {
    const found = callOf(res)
      .portal.groups.get(typeIn(req))
      ?.find(({ name }) => name === textIn(req, "name"));
    if (found === undefined) throw hubspotError(404, "OBJECT_NOT_FOUND", "resource not found");
    res.json(asGroup(found));
  });
  router.post("/:type/groups", (req, res) => createGroup(context, req, res, callOf));
  router.get("/:type", (req, res) => {
    res.json({ results: [...definitions(callOf(res).portal, typeIn(req)).values()].map(asProperty) });
  });
  router.get("/:type/:name", (req, res) => res.json(asProperty(existing(req, callOf(res).portal))));
  router.post("/:type", (req, res) => {
    const { portal } = callOf(res);
    const created = createProperty(context, portal, typeIn(req), parseBody(propertyCreate, req));
    if ("status" in created) throw hubspotError(statusOf(created), created.category, created.message);
    res.status(201).json(asProperty(created));
  });
  router.post("/:type/batch/create", (req, res) => createProperties(context, req, res, callOf));
  router.patch("/:type/:name", (req, res) => changeProperty(context, req, res, callOf));
  router.delete("/:type/:name", (req, res) => {
    const { portal } = callOf(res);
    const property = existing(req, portal);
    definitions(portal, typeIn(req)).delete(property.name);
    note(context, portal, "property", property.name, "deleted");
    res.status(204).end();
  });
  return router;
}

const asGroup = (group: { name: string; label: string; displayOrder: number }) => ({
  ...group,
  archived: false,
});

function asProperty({ isReadOnly, createdAt, updatedAt, ...property }: PropertyDefinition) {
  return {
    ...property,
    createdAt: isoMs(createdAt),
    updatedAt: isoMs(updatedAt),
    calculated: false,
    externalOptions: false,
    archived: false,
    modificationMetadata: {
      archivable: !property.hubspotDefined,
      readOnlyDefinition: false,
      readOnlyValue: isReadOnly,
    },
  };
}

function definitions(portal: HubspotPortal, type: HubspotType): Map<string, PropertyDefinition> {
  return portal.properties.get(type) ?? new Map();
}

function existing(req: Request, portal: HubspotPortal): PropertyDefinition {
  const property = portal.definition(typeIn(req), textIn(req, "name"));
  if (property === null) throw hubspotError(404, "OBJECT_NOT_FOUND", "resource not found");
  return property;
}

function createGroup(context: HubspotContext, req: Request, res: Response, callOf: CallOf): void {
  const { portal } = callOf(res);
  const groups = portal.groups.get(typeIn(req)) ?? [];
  const group = parseBody(groupCreate, req);
  if (groups.some(({ name }) => name === group.name)) {
    throw hubspotError(409, "CONFLICT", `A property group named '${group.name}' already exists.`);
  }
  groups.push(group);
  note(context, portal, "property_group", group.name, "created");
  res.status(201).json(asGroup(group));
}

const statusOf = (row: ErrorRow) => (row.category === "CONFLICT" ? 409 : 400);

function createProperty(
  context: HubspotContext,
  portal: HubspotPortal,
  type: HubspotType,
  input: z.infer<typeof propertyCreate>,
): PropertyDefinition | ErrorRow {
  const known = definitions(portal, type);
  const failed = (category: string, message: string): ErrorRow => ({
    status: "error",
    category,
    message,
    context: { name: [input.name] },
  });
  if (known.has(input.name)) return failed("CONFLICT", `A property named '${input.name}' already exists.`);
  if (!(portal.groups.get(type) ?? []).some(({ name }) => name === input.groupName)) {
    return failed("VALIDATION_ERROR", `Property group ${input.groupName} does not exist.`);
  }
  if (
    input.type === "enumeration" &&
    new Set(input.options.map(({ value }) => value)).size < input.options.length
  ) {
    return failed("VALIDATION_ERROR", "Property option values must be unique.");
  }
  if (input.type === "bool" && input.options.length !== 2) {
    return failed("VALIDATION_ERROR", "A bool property needs the options true and false.");
  }
  const at = context.clock.stamp();
  const property = { ...input, hubspotDefined: false, isReadOnly: false, createdAt: at, updatedAt: at };
  known.set(input.name, property);
  note(context, portal, "property", input.name, "created");
  return property;
}

function createProperties(context: HubspotContext, req: Request, res: Response, callOf: CallOf): void {
  const { inputs } = parseBody(z.object({ inputs: z.array(propertyCreate).min(1).max(100) }), req);
  const { portal } = callOf(res);
  const type = typeIn(req);
  const outcomes = inputs.map((input) => createProperty(context, portal, type, input));
  const errors = outcomes.flatMap((outcome) => ("status" in outcome ? [outcome] : []));
  const created = outcomes.flatMap((outcome) => ("status" in outcome ? [] : [outcome]));
  sendBatch(res, isoMs(context.clock.ms()), created.map(asProperty), errors, 201);
}

function changeProperty(context: HubspotContext, req: Request, res: Response, callOf: CallOf): void {
  const { portal } = callOf(res);
  const property = existing(req, portal);
  const changes = Object.entries(parseBody(propertyChange, req)).filter(([, value]) => value !== undefined);
  Object.assign(property, Object.fromEntries(changes), { updatedAt: context.clock.stamp() });
  note(context, portal, "property", property.name, "changed");
  res.json(asProperty(property));
}

function note(
  context: HubspotContext,
  portal: HubspotPortal,
  kind: "property" | "property_group",
  key: string,
  action: "created" | "changed" | "deleted",
): void {
  const tenant = String(portal.portalId);
  context.recordDefinition({ at: context.clock.now(), platform: "hubspot", tenant, kind, key, action });
}
