import {
  organizationChoice,
  TICKET_BAND_FIELD,
  ticketBandValue,
  WRITE_BACK_FIELDS,
  type WriteBackField,
} from "@bellwether/shared";
import { z } from "zod";
import type { ZendeskClient } from "./client.ts";
import { FIELD_TYPES } from "./field-values.ts";
import { listAll } from "./paging.ts";
import { readRows } from "./rest-rows.ts";

const id = z.union([z.int().transform(String), z.string()]);
const option = z.looseObject({ name: z.string().catch(""), value: z.string() });
type Option = z.infer<typeof option>;
const options = z.array(option).catch([]);
const organizationField = z.object({
  id,
  key: z.string(),
  type: z.string(),
  title: z.string().catch(""),
  active: z.boolean().catch(true),
  custom_field_options: options,
});
type OrganizationField = z.infer<typeof organizationField>;
const ticketField = z.object({
  id,
  type: z.string(),
  title: z.string().catch(""),
  custom_field_options: options,
});
const anyAnswer = z.looseObject({});

interface WantedOption {
  name: string;
  value: string;
}

const wantedOptions = (field: WriteBackField): WantedOption[] =>
  Object.entries(field.options ?? {}).map(([value, name]) => ({
    name,
    value: organizationChoice(field.key, value),
  }));

/**
 * Makes every organization field be there, with our title and options. Options of others in it stay.
 * @returns what could not be set up, for people, and the keys of those that were missing
 * @throws {PlatformError}
 */
export async function provisionOrganizationFields(
  client: ZendeskClient,
): Promise<{ problems: string[]; created: string[] }> {
  const { rows } = readRows(
    organizationField,
    await listAll(client, ["organization_fields"], "organization_fields"),
  );
  const known = new Map(rows.map((row) => [row.key, row]));
  const problems: string[] = [];
  const created: string[] = [];
  for (const field of WRITE_BACK_FIELDS) {
    const existing = known.get(field.key);
    if (!existing) {
      await createOrganizationField(client, field);
      created.push(field.key);
    } else if (existing.type !== FIELD_TYPES[field.type])
      problems.push(
        `the organization field ${field.key} exists as ${existing.type}, not ${FIELD_TYPES[field.type]}`,
      );
    else await repairOrganizationField(client, field, existing);
  }
  return { problems, created };
}

const createOrganizationField = (client: ZendeskClient, field: WriteBackField) =>
  client.post(
    ["organization_fields"],
    {
      organization_field: {
        key: field.key,
        title: field.label,
        description: field.description,
        type: FIELD_TYPES[field.type],
        ...(field.options && { custom_field_options: wantedOptions(field) }),
      },
    },
    anyAnswer,
  );

async function repairOrganizationField(
  client: ZendeskClient,
  field: WriteBackField,
  existing: OrganizationField,
): Promise<void> {
  const merged = mergeOptions(existing.custom_field_options, wantedOptions(field));
  if (existing.active && existing.title === field.label && merged === null) return;
  const change = { title: field.label, active: true, ...(merged && { custom_field_options: merged }) };
  await client.put(["organization_fields", existing.id], { organization_field: change }, anyAnswer);
}

/** Existing options with ours added and named right; `null` = nothing is missing. An option left out would be deleted. */
function mergeOptions(existing: readonly Option[], wanted: readonly WantedOption[]): object[] | null {
  const byValue = new Map(existing.map((each) => [each.value, each]));
  if (wanted.every(({ name, value }) => byValue.get(value)?.name === name)) return null;
  const kept = existing.map((each) => ({ ...each, ...wanted.find(({ value }) => value === each.value) }));
  return [...kept, ...wanted.filter(({ value }) => !byValue.has(value))];
}

const BAND_OPTIONS: readonly WantedOption[] = [
  { name: "Red", value: ticketBandValue("red") },
  { name: "Yellow", value: ticketBandValue("yellow") },
  { name: "Green", value: ticketBandValue("green") },
];

/**
 * Finds or makes the drop-down of the band on tickets. One with our title is ours only if it has our values: a
 * customer may have a field of that name.
 * @param knownId as stored when it was made
 * @returns its numeric id
 * @throws {PlatformError}
 */
export async function provisionTicketField(client: ZendeskClient, knownId: string | null): Promise<string> {
  const { rows } = readRows(ticketField, await listAll(client, ["ticket_fields"], "ticket_fields"));
  const drops = rows.filter((row) => row.type === "tagger");
  const existing =
    drops.find((row) => row.id === knownId) ??
    drops.find((row) =>
      row.custom_field_options.some(({ value }) => value.startsWith(TICKET_BAND_FIELD.prefix)),
    );
  if (!existing) return createTicketField(client);
  const merged = mergeOptions(existing.custom_field_options, BAND_OPTIONS);
  if (merged !== null) {
    const change = { custom_field_options: merged };
    await client.put(["ticket_fields", existing.id], { ticket_field: change }, anyAnswer);
  }
  return existing.id;
}

async function createTicketField(client: ZendeskClient): Promise<string> {
  const wanted = {
    type: "tagger",
    title: TICKET_BAND_FIELD.title,
    description:
      "Health band of the customer, kept by Bellwether on open tickets for views, triggers and SLAs.",
    custom_field_options: BAND_OPTIONS,
  };
  const answer = await client.post(
    ["ticket_fields"],
    { ticket_field: wanted },
    z.object({ ticket_field: z.object({ id }) }),
  );
  return answer.ticket_field.id;
}
