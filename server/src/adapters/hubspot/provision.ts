import { PROPERTY_GROUP, WRITE_BACK_FIELDS } from "@bellwether/shared";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import { HubspotRefusal } from "./api-error.ts";
import { PATHS } from "./api-version.ts";
import type { HubspotCall, HubspotClient } from "./client.ts";
import { propertyDefinitions, readAnswer } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS } from "./object-types.ts";
import { type PropertyInput, propertyChange, propertyInput } from "./property-definition.ts";

const COMPANIES = HUBSPOT_OBJECTS.company.path;
const groups = z.object({ results: z.array(z.object({ name: z.string(), label: z.string().optional() })) });

/**
 * Makes the portal's company properties what we write: creates the missing ones, repairs labels and options, and
 * touches nothing else. Safe to repeat and to run twice at once.
 * @returns the names of those that were missing
 * @throws {PlatformError} `forbidden` without the scope for schemas; `rejected` when a property of that name has
 * another type
 */
export async function provisionProperties(client: HubspotClient): Promise<string[]> {
  await ensureGroup(client);
  const path = PATHS.properties(COMPANIES);
  const { body } = await client.call({ method: "GET", path });
  const existing = new Map(
    readAnswer(propertyDefinitions, body, `GET ${path}`).results.map((property) => [property.name, property]),
  );
  const wanted = WRITE_BACK_FIELDS.map(propertyInput);
  for (const property of wanted) {
    const known = existing.get(property.name);
    if (!known) continue;
    if (known.type !== undefined && known.type !== property.type)
      throw new PlatformError(
        "rejected",
        `the HubSpot property ${property.name} has the type ${known.type} instead of ${property.type}; delete or rename it`,
      );
    const change = propertyChange(property, known);
    if (change)
      await client.call({ method: "PATCH", path: PATHS.property(COMPANIES, property.name), body: change });
  }
  const missing = wanted.filter((property) => !existing.has(property.name));
  await createAll(client, missing);
  return missing.map((property) => property.name);
}

async function ensureGroup(client: HubspotClient): Promise<void> {
  const path = PATHS.propertyGroups(COMPANIES);
  const { body } = await client.call({ method: "GET", path });
  const { results } = readAnswer(groups, body, `GET ${path}`);
  if (results.some(({ name }) => name === PROPERTY_GROUP.name)) return;
  await createUnlessThere(client, { method: "POST", path, body: { ...PROPERTY_GROUP, displayOrder: -1 } });
}

/** In one call; one by one where HubSpot refuses the whole, because another process was faster with some. */
async function createAll(client: HubspotClient, missing: readonly PropertyInput[]): Promise<void> {
  if (missing.length === 0) return;
  const path = PATHS.createProperties(COMPANIES);
  const created = await createUnlessThere(client, { method: "POST", path, body: { inputs: missing } });
  if (created?.status === 201 || created?.status === 200) return;
  for (const property of missing)
    await createUnlessThere(client, { method: "POST", path: PATHS.properties(COMPANIES), body: property });
}

/** `null` = it is there already. */
async function createUnlessThere(client: HubspotClient, call: HubspotCall) {
  try {
    return await client.call(call);
  } catch (error) {
    if (error instanceof HubspotRefusal && error.status === 409) return null;
    throw error;
  }
}
