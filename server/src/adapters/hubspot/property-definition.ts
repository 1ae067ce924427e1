import { PROPERTY_GROUP, type WriteBackField } from "@bellwether/shared";
import type { PropertyDefinition } from "./crm-answers.ts";

export interface PropertyInput {
  name: string;
  label: string;
  description: string;
  groupName: string;
  type: string;
  fieldType: string;
  formField: false;
  numberDisplayHint?: "percentage" | "formatted";
  options?: { label: string; value: string; displayOrder: number; hidden: false }[];
}

/** Source: HubSpot, properties: which field types go with which type. */
const TYPES: Readonly<
  Record<WriteBackField["type"], Pick<PropertyInput, "type" | "fieldType" | "numberDisplayHint">>
> = {
  score: { type: "number", fieldType: "number", numberDisplayHint: "formatted" },
  number: { type: "number", fieldType: "number", numberDisplayHint: "formatted" },
  probability: { type: "number", fieldType: "number", numberDisplayHint: "percentage" },
  choice: { type: "enumeration", fieldType: "select" },
  flag: { type: "bool", fieldType: "booleancheckbox" },
  text: { type: "string", fieldType: "text" },
  long_text: { type: "string", fieldType: "textarea" },
  instant: { type: "datetime", fieldType: "date" },
};
/** HubSpot wants both answers of a checkbox spelled out. */
const FLAG_OPTIONS = { true: "Yes", false: "No" };

export function propertyInput(field: WriteBackField): PropertyInput {
  const options = field.type === "flag" ? FLAG_OPTIONS : field.options;
  return {
    name: field.key,
    label: field.label,
    description: field.description,
    groupName: PROPERTY_GROUP.name,
    ...TYPES[field.type],
    formField: false,
    ...(options && {
      options: Object.entries(options).map(([value, label], displayOrder) => ({
        label,
        value,
        displayOrder,
        hidden: false as const,
      })),
    }),
  };
}

/** What differs from what the portal has, or `null`. The type stays out of it: HubSpot does not change it. */
export function propertyChange(
  wanted: PropertyInput,
  existing: PropertyDefinition,
): Pick<PropertyInput, "label" | "description" | "groupName" | "options"> | null {
  const { label, description, groupName, options } = wanted;
  const isSame =
    existing.label === label &&
    existing.description === description &&
    existing.groupName === groupName &&
    (options ?? []).every(({ value, label: text }) =>
      existing.options?.some((option) => option.value === value && option.label === text),
    );
  return isSame ? null : { label, description, groupName, ...(options && { options }) };
}
