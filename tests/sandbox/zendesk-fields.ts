import { type Request, Router } from "express";
import { z } from "zod";
import { notFound, paged, parseBody, recordInvalid, type ZendeskContext } from "./zendesk-context.ts";
import { presentField } from "./zendesk-present.ts";
import type { Field, FieldOption } from "./zendesk-types.ts";

const option = z.object({ id: z.number().optional(), name: z.string().min(1), value: z.string().min(1) });
const fieldInput = z.object({
  key: z.string().optional(),
  type: z.string().optional(),
  title: z.string().min(1).optional(),
  description: z.string().optional(),
  active: z.boolean().optional(),
  tag: z.string().nullish(),
  custom_field_options: z.array(option).optional(),
});
type FieldInput = z.infer<typeof fieldInput>;

const TYPES = {
  organization: [
    "checkbox",
    "date",
    "decimal",
    "dropdown",
    "integer",
    "lookup",
    "regexp",
    "text",
    "textarea",
  ],
  ticket: [
    "checkbox",
    "date",
    "decimal",
    "integer",
    "lookup",
    "multiselect",
    "regexp",
    "tagger",
    "text",
    "textarea",
  ],
};

/** Organization and ticket fields. Mounted at `/api/v2`. */
export function zendeskFields(context: ZendeskContext): Router {
  const router = Router();
  for (const owner of ["organization", "ticket"] as const) {
    const fields =
      owner === "organization" ? context.account.organizationFields : context.account.ticketFields;
    const single = `${owner}_field` as const;
    const path = `/${single}s`;
    const body = z.object({ [single]: fieldInput });
    const inputOf = (req: Request): FieldInput => fieldInput.parse(parseBody(body, req)[single]);
    const note = (field: Field, action: "created" | "changed" | "deleted") =>
      context.recordDefinition({
        at: context.clock.now(),
        platform: "zendesk",
        tenant: context.account.subdomain,
        kind: single,
        key: field.key ?? String(field.id),
        action,
      });
    router.get(path, (req, res) => res.json(paged(req, `${single}s`, fields, ({ id }) => id, presentField)));
    router.get(`${path}/:id`, (req, res) => res.json({ [single]: presentField(fieldIn(req, fields)) }));
    router.post(path, (req, res) => {
      const field = createField(context, owner, fields, inputOf(req));
      fields.push(field);
      note(field, "created");
      res.status(201).json({ [single]: presentField(field) });
    });
    router.put(`${path}/:id`, (req, res) => {
      const field = fieldIn(req, fields);
      changeField(context, field, inputOf(req));
      note(field, "changed");
      res.json({ [single]: presentField(field) });
    });
    router.delete(`${path}/:id`, (req, res) => {
      const field = fieldIn(req, fields);
      fields.splice(fields.indexOf(field), 1);
      note(field, "deleted");
      res.status(204).end();
    });
  }
  return router;
}

function fieldIn(req: Request, fields: readonly Field[]): Field {
  const wanted = req.params["id"];
  const field = fields.find(({ id, key }) => String(id) === wanted || (key !== null && key === wanted));
  if (field === undefined) throw notFound();
  return field;
}

function createField(
  context: ZendeskContext,
  owner: "organization" | "ticket",
  fields: readonly Field[],
  input: FieldInput,
): Field {
  const { key = null, type, title } = input;
  if (title === undefined) throw recordInvalid("title", "BlankValue", "Title: cannot be blank");
  if (type === undefined || !TYPES[owner].includes(type)) {
    throw recordInvalid("type", "InvalidValue", `Type: ${type ?? ""} is not valid`);
  }
  if (owner === "organization") {
    if (key === null || !/^\w+$/.test(key)) throw recordInvalid("key", "InvalidFormat", "Key: is invalid");
    if (fields.some((field) => field.key === key)) {
      throw recordInvalid("key", "DuplicateValue", `Key: ${key} is already being used`);
    }
  }
  const isChoice = type === "dropdown" || type === "tagger" || type === "multiselect";
  if (isChoice && (input.custom_field_options ?? []).length === 0) {
    throw recordInvalid("custom_field_options", "BlankValue", "Custom field options: cannot be blank");
  }
  const at = context.clock.stamp();
  return {
    id: context.account.newId(),
    key: owner === "organization" ? key : null,
    type,
    title,
    description: input.description ?? "",
    isActive: input.active ?? true,
    tag: input.tag ?? null,
    options: optionsOf(context, null, input.custom_field_options ?? []),
    createdAt: at,
    updatedAt: at,
  };
}

function changeField(context: ZendeskContext, field: Field, input: FieldInput): void {
  if (input.type !== undefined && input.type !== field.type) {
    throw recordInvalid("type", "InvalidValue", "Type: cannot be changed");
  }
  field.title = input.title ?? field.title;
  field.description = input.description ?? field.description;
  field.isActive = input.active ?? field.isActive;
  if (input.custom_field_options !== undefined) {
    field.options = optionsOf(context, field, input.custom_field_options); // options that are not named are removed
  }
  field.updatedAt = context.clock.stamp();
}

/** Option values become tags, so a value may be used once in the whole account. */
function optionsOf(
  context: ZendeskContext,
  field: Field | null,
  inputs: readonly z.infer<typeof option>[],
): FieldOption[] {
  const others = [...context.account.organizationFields, ...context.account.ticketFields].filter(
    (other) => other !== field,
  );
  const taken = new Set(others.flatMap(({ options }) => options.map(({ value }) => value)));
  const seen = new Set<string>();
  return inputs.map(({ name, value, id }) => {
    if (taken.has(value) || seen.has(value)) {
      throw recordInvalid("custom_field_options", "DuplicateValue", `Tag: ${value} has already been used`);
    }
    seen.add(value);
    const known = field?.options.find((item) => item.value === value || item.id === id);
    return { id: known?.id ?? context.account.newId(), name, value };
  });
}
