import type { Field, FieldValue } from "./zendesk-types.ts";

export type FieldCheck = { kind: "good"; value: FieldValue } | { kind: "bad"; reason: string };

const MAX_TEXT = 65_535;

/** The value as Zendesk stores it; `null` and empty text clear a field. */
export function checkField(field: Field, value: unknown): FieldCheck {
  const good = (stored: FieldValue): FieldCheck => ({ kind: "good", value: stored });
  const bad = (reason: string): FieldCheck => ({ kind: "bad", reason: `${field.title}: ${reason}` });
  if (value === null || value === "") return good(field.type === "checkbox" ? false : null);
  switch (field.type) {
    case "dropdown":
    case "tagger":
      return field.options.some((option) => option.value === value) && typeof value === "string"
        ? good(value)
        : bad(`'${String(value)}' is not a valid option`);
    case "integer":
      return Number.isInteger(Number(value)) ? good(Number(value)) : bad("must be an integer");
    case "decimal":
      return Number.isFinite(Number(value)) ? good(Number(value)) : bad("must be a number");
    case "checkbox":
      return good(value === true || value === "true" || value === 1);
    case "date":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)
        ? good(value)
        : bad("is not a date");
    default: {
      const text = String(value);
      return text.length <= MAX_TEXT ? good(text) : bad("is too long");
    }
  }
}

/** Drop-down values and ticked checkboxes are tags too: takes the field's other tags off and puts the new one on. */
export function tagsAfter(field: Field, value: FieldValue, tags: readonly string[]): string[] {
  const own = field.type === "checkbox" ? [field.tag ?? ""] : field.options.map((option) => option.value);
  const isTagging = field.type === "checkbox" || field.type === "dropdown" || field.type === "tagger";
  if (!isTagging) return [...tags];
  const added = field.type === "checkbox" ? (value === true && field.tag ? [field.tag] : []) : [value];
  return [...tags.filter((tag) => !own.includes(tag)), ...added.filter((tag) => typeof tag === "string")];
}
