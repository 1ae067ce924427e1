import type { RecordRef } from "@bellwether/shared";
import { PlatformError } from "../../services/errors.ts";
import { PATHS } from "./api-version.ts";
import { chunksOf } from "./chunks.ts";
import type { HubspotClient } from "./client.ts";
import { associationAnswer, type CrmRecord, readAnswer } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS, type HubspotObject } from "./object-types.ts";
import { isUnreadable } from "./portal-schema.ts";

/** Which records each kind belongs to, in the order in which links are given. Surveys name no company themselves. */
export const LINKED: Readonly<Record<HubspotObject, readonly HubspotObject[]>> = {
  company: [],
  contact: ["company"],
  deal: ["company", "contact"],
  ticket: ["company", "contact"],
  feedback: ["contact", "ticket"],
};

/** Source: HubSpot, associations: at most 1000 inputs per call. */
const MAX_INPUTS = 1000;
/** `primary{Contact,Deal,Ticket}ToCompany` of HubSpot's association types. */
const PRIMARY_TYPE_IDS: ReadonlySet<number> = new Set([1, 5, 26]);

type Ids = Map<string, string[]>;

/**
 * Links of records by id, the primary company first. A record without a company of its own gets the first company
 * of its contacts, so that an answer to a survey finds its account.
 */
export async function linksOf(
  client: HubspotClient,
  type: HubspotObject,
  records: readonly CrmRecord[],
): Promise<Map<string, RecordRef[]>> {
  const found = new Map<HubspotObject, Ids>();
  for (const to of LINKED[type]) found.set(to, await idsOf(client, type, to, records));
  const contacts = found.get("contact");
  if (contacts) await addCompaniesOfContacts(client, records, contacts, found);
  const order: readonly HubspotObject[] = ["company", "contact", "ticket"];
  return new Map(
    records.map((record) => [
      record.id,
      order.flatMap((objectType) =>
        (found.get(objectType)?.get(record.id) ?? []).map(
          (id) => ({ platform: "hubspot", objectType, id }) as const,
        ),
      ),
    ]),
  );
}

/** From the list's answer where it holds all of them, else from the associations. */
async function idsOf(
  client: HubspotClient,
  type: HubspotObject,
  to: HubspotObject,
  records: readonly CrmRecord[],
): Promise<Ids> {
  const listed = records.filter((record) => record.associations !== undefined);
  const cut = listed.filter((record) => record.associations?.[HUBSPOT_OBJECTS[to].path]?.paging?.next);
  const unlisted = records.filter((record) => record.associations === undefined);
  const read = await readAssociations(
    client,
    type,
    to,
    [...unlisted, ...cut].map((record) => record.id),
  );
  for (const record of listed) if (!read.has(record.id)) read.set(record.id, listedIds(record, to));
  return read;
}

/** The primary company is listed under two types, others under one; unlabelled ones come last. */
function listedIds(record: CrmRecord, to: HubspotObject): string[] {
  const results = record.associations?.[HUBSPOT_OBJECTS[to].path]?.results ?? [];
  const types = Map.groupBy(results, ({ id }) => id);
  const rank = (id: string): number => {
    const named = types.get(id) ?? [];
    if (named.length > 1) return 0;
    return named[0]?.type.endsWith("_unlabeled") ? 2 : 1;
  };
  return [...types.keys()].sort((a, b) => rank(a) - rank(b));
}

/**
 * The links that a list's answer shows, to be compared with those of a record read from there. `null` where it does
 * not show all: cut, or derived from elsewhere (a ticket without a company has that of its contact).
 */
export function listedLinks(type: HubspotObject, record: CrmRecord): RecordRef[] | null {
  if (record.associations === undefined) return null;
  const isCut = LINKED[type].some((to) => record.associations?.[HUBSPOT_OBJECTS[to].path]?.paging?.next);
  const idsTo = new Map(LINKED[type].map((to) => [to, listedIds(record, to)]));
  const isDerived = (idsTo.get("contact") ?? []).length > 0 && (idsTo.get("company") ?? []).length === 0;
  if (isCut || isDerived) return null;
  return [...idsTo].flatMap(([objectType, ids]) =>
    ids.map((id) => ({ platform: "hubspot", objectType, id }) as const),
  );
}

async function addCompaniesOfContacts(
  client: HubspotClient,
  records: readonly CrmRecord[],
  contacts: Ids,
  found: Map<HubspotObject, Ids>,
): Promise<void> {
  const companies = found.get("company") ?? new Map<string, string[]>();
  const without = records.filter(({ id }) => (companies.get(id) ?? []).length === 0);
  const through = [...new Set(without.flatMap(({ id }) => contacts.get(id) ?? []))];
  const ofContacts = await readAssociations(client, "contact", "company", through);
  for (const { id } of without) {
    const first = contacts.get(id)?.flatMap((contact) => ofContacts.get(contact) ?? [])[0];
    if (first !== undefined) companies.set(id, [first]);
  }
  found.set("company", companies);
}

/** Associated ids by id, primary first; records without any are absent. Empty where the token may not read them. */
export async function readAssociations(
  client: HubspotClient,
  from: HubspotObject,
  to: HubspotObject,
  ids: readonly string[],
): Promise<Ids> {
  const path = PATHS.associations(HUBSPOT_OBJECTS[from].path, HUBSPOT_OBJECTS[to].path);
  const found = new Map<string, { id: string; isPrimary: boolean }[]>();
  let inputs: { id: string; after?: string }[] = ids.map((id) => ({ id }));
  while (inputs.length > 0) {
    const more: typeof inputs = [];
    for (const chunk of chunksOf(inputs, MAX_INPUTS)) {
      const answer = await readChunk(client, path, chunk);
      if (answer === null) return new Map();
      for (const { from: source, to: targets, paging } of answer.results) {
        const known = found.get(source.id) ?? [];
        for (const { toObjectId, associationTypes } of targets) {
          const isPrimary =
            associationTypes?.some(({ typeId }) => PRIMARY_TYPE_IDS.has(typeId ?? 0)) ?? false;
          known.push({ id: toObjectId, isPrimary });
        }
        found.set(source.id, known);
        if (paging?.next) more.push({ id: source.id, after: paging.next.after });
      }
    }
    inputs = more;
  }
  return new Map(
    [...found].map(([id, targets]) => [
      id,
      [...new Set(targets.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary)).map((t) => t.id))],
    ]),
  );
}

async function readChunk(client: HubspotClient, path: string, inputs: readonly object[]) {
  try {
    const { body } = await client.call({ method: "POST", path, body: { inputs } });
    const answer = readAnswer(associationAnswer, body, `POST ${path}`);
    // A record without associations is an error entry of its own kind, so that 207 is the usual status here.
    const failed = answer.errors.filter(({ category }) => category !== "OBJECT_NOT_FOUND");
    if (failed.length > 0)
      throw new PlatformError("unavailable", `HubSpot could not read ${failed.length} associations`, {
        status: 207,
      });
    return answer;
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}
