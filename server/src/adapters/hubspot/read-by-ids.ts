import { HubspotRefusal } from "./api-error.ts";
import { PATHS } from "./api-version.ts";
import { chunksOf } from "./chunks.ts";
import type { HubspotAnswer, HubspotClient } from "./client.ts";
import { batchAnswer, type CrmRecord, crmRecord, readAnswer } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS, type HubspotObject } from "./object-types.ts";

/** Source: HubSpot, batch read; half as many with earlier values of properties, as for lists. */
const MAX_INPUTS = 100;
const MAX_INPUTS_WITH_HISTORY = 50;

/** What to read of each record. */
export interface Wanted {
  properties: readonly string[];
  /** Of these the earlier values too, so that what was missed while nobody read is dated rightly. */
  propertiesWithHistory: readonly string[];
}

export interface FoundById {
  /** Each once. A record that was merged away is found as its survivor, and its old id is missing. */
  found: CrmRecord[];
  missing: string[];
}

/** @throws {PlatformError} when HubSpot leaves open what became of some ids */
export async function readByIds(
  client: HubspotClient,
  type: HubspotObject,
  ids: readonly string[],
  wanted: Wanted,
): Promise<FoundById> {
  const asked = [...new Set(ids)];
  const readable = asked.filter((id) => /^\d+$/.test(id)); // one other id would make HubSpot refuse the batch
  const found = new Map<string, CrmRecord>();
  const missing = new Set(asked.filter((id) => !readable.includes(id)));
  const size = wanted.propertiesWithHistory.length > 0 ? MAX_INPUTS_WITH_HISTORY : MAX_INPUTS;
  const chunks = chunksOf(readable, size);
  const answers = await Promise.all(chunks.map((chunk) => readBatch(client, type, chunk, wanted)));
  for (const answer of answers) {
    for (const record of answer.found) found.set(record.id, record);
    for (const id of answer.missing) missing.add(id);
  }
  for (const id of readable.filter((asked) => !found.has(asked) && !missing.has(asked))) {
    const record = await readOne(client, type, id, wanted);
    if (record) found.set(record.id, record);
    if (record?.id !== id) missing.add(id);
  }
  return { found: [...found.values()], missing: [...missing] };
}

async function readBatch(
  client: HubspotClient,
  type: HubspotObject,
  ids: readonly string[],
  wanted: Wanted,
): Promise<FoundById> {
  const path = PATHS.batch(HUBSPOT_OBJECTS[type].path, "read");
  const request = { inputs: ids.map((id) => ({ id })), ...wanted };
  const body = await unless404(client.call({ method: "POST", path, body: request }));
  if (body === null) return { found: [], missing: [] }; // none of them is there: asked one by one, to be sure
  const answer = readAnswer(batchAnswer, body, `POST ${path}`);
  // those that failed for another reason are asked for one by one, like those that the batch says nothing about
  const gone = answer.errors.filter(({ category }) => category === "OBJECT_NOT_FOUND");
  return {
    found: answer.results.filter((record) => record.archived !== true),
    missing: [
      ...answer.results.filter((record) => record.archived === true).map((record) => record.id),
      ...gone.flatMap(({ context }) => context?.["ids"] ?? []),
    ],
  };
}

/** An id that the batch passed over in silence or could not read. */
async function readOne(
  client: HubspotClient,
  type: HubspotObject,
  id: string,
  { properties, propertiesWithHistory }: Wanted,
): Promise<CrmRecord | null> {
  const path = PATHS.objects(`${HUBSPOT_OBJECTS[type].path}/${id}`);
  const query = {
    properties: properties.join(","),
    ...(propertiesWithHistory.length > 0 && { propertiesWithHistory: propertiesWithHistory.join(",") }),
  };
  const body = await unless404(client.call({ method: "GET", path, query }));
  const record = body === null ? null : readAnswer(crmRecord, body, `GET ${path}`);
  return record?.archived === true ? null : record;
}

/** The answer's body, or `null` when HubSpot knows nothing of the kind. */
async function unless404(answer: Promise<HubspotAnswer>): Promise<unknown> {
  try {
    return (await answer).body;
  } catch (error) {
    if (error instanceof HubspotRefusal && error.status === 404) return null;
    throw error;
  }
}
