import {
  organizationChoice,
  WRITE_BACK_FIELDS,
  type WriteBackField,
  zendeskFieldJson,
} from "@bellwether/shared";

/** A value as Zendesk's custom fields take it; `null` clears. */
export type FieldValue = string | number | boolean | null;

/** Organization field type for each of ours. A date field keeps the day and not the hour. */
export const FIELD_TYPES = {
  score: "decimal",
  probability: "decimal",
  number: "decimal",
  choice: "dropdown",
  flag: "checkbox",
  text: "text",
  long_text: "textarea",
  instant: "date",
} as const satisfies Record<WriteBackField["type"], string>;

const FIELDS = new Map(WRITE_BACK_FIELDS.map((field) => [field.key, field]));

/**
 * The body of an organization's custom fields from the texts of the outbox. Keys that are not ours are left out:
 * nothing else is ever written.
 */
export function fieldValues(values: Readonly<Record<string, string>>): Record<string, FieldValue> {
  const own = Object.entries(zendeskFieldJson(values)).flatMap(([key, value]) => {
    const field = FIELDS.get(key);
    return field ? [[key, fieldValue(field, value)] as const] : [];
  });
  return Object.fromEntries(own);
}

function fieldValue(field: WriteBackField, value: FieldValue): FieldValue {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return value;
  if (field.type === "choice") return choiceValue(field.key, value);
  return field.type === "instant" ? (/^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] ?? null) : value;
}

/** Drop-down values become tags, so they carry the prefix; those that have it already keep it. */
function choiceValue(key: string, text: string): string {
  const prefix = organizationChoice(key, "");
  return text.startsWith(prefix) ? text : organizationChoice(key, text);
}

/** Whether a field already shows the value, in whichever form Zendesk gives it back. */
export function showsValue(current: unknown, wanted: FieldValue): boolean {
  const isEmpty = (value: unknown) =>
    value === null || value === undefined || value === "" || value === false;
  if (isEmpty(wanted)) return isEmpty(current);
  if (typeof wanted === "number") return !isEmpty(current) && Number(current) === wanted;
  if (typeof wanted === "string" && /^\d{4}-\d{2}-\d{2}$/.test(wanted))
    return typeof current === "string" && current.slice(0, 10) === wanted;
  return current === wanted;
}
