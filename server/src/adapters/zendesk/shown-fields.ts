import { WRITE_BACK_FIELDS } from "@bellwether/shared";
import type { ShownValues } from "../../services/ports.ts";
import { organizationRow, readRows } from "./rest-rows.ts";

/** What organizations show of our own fields, as text; an empty one counts as an empty text. */
export const shownFields = (rows: readonly unknown[]): ShownValues[] =>
  readRows(organizationRow, rows).rows.map(({ id, organization_fields: fields }) => ({
    ref: { platform: "zendesk", objectType: "organization", id },
    values: Object.fromEntries(
      WRITE_BACK_FIELDS.flatMap(({ key }) => (key in fields ? [[key, textOf(fields[key])] as const] : [])),
    ),
  }));

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
