import { zendeskFieldOf } from "@bellwether/shared";
import { z } from "zod";
import type { ZendeskClient } from "./client.ts";
import { listAll } from "./paging.ts";
import { readRows } from "./rest-rows.ts";

const organizationField = z.object({ key: z.string() });
const ticketField = z.object({ id: z.union([z.int().transform(String), z.string()]) });

/**
 * Which of these fields (`organization_fields.<key>`, `ticket_fields.<id>`) the account does not have.
 * @throws {PlatformError}
 */
export async function unknownFields(client: ZendeskClient, names: readonly string[]): Promise<string[]> {
  const wanted = names.flatMap((name) => {
    const field = zendeskFieldOf(name);
    return field === null ? [] : [{ name, ...field }];
  });
  const known = new Set<string>();
  if (wanted.some(({ of }) => of === "organization"))
    for (const { key } of await rowsOf(client, "organization_fields", organizationField))
      known.add(`organization_fields.${key}`);
  if (wanted.some(({ of }) => of === "ticket"))
    for (const { id } of await rowsOf(client, "ticket_fields", ticketField)) known.add(`ticket_fields.${id}`);
  return wanted.flatMap(({ name }) => (known.has(name) ? [] : [name]));
}

const rowsOf = async <T>(client: ZendeskClient, list: string, schema: z.ZodType<T>): Promise<T[]> =>
  readRows(schema, await listAll(client, [list], list)).rows;
