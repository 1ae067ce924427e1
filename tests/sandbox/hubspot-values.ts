import { isoDate, isoMs } from "./clock.ts";
import type { PropertyDefinition } from "./hubspot-property-data.ts";

export interface BadValue {
  isValid: false;
  name: string;
  error: string;
  message: string;
}

/** Longest text that HubSpot keeps. */
const MAX_TEXT = 65_536;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The value as the platform stores it: texts throughout, dates as ISO. Empty text clears any property.
 * @returns what is wrong with it otherwise
 */
export function storedValue(property: PropertyDefinition, value: string): string | BadValue {
  const bad = (error: string, reason: string): BadValue => ({
    isValid: false,
    name: property.name,
    error,
    message: `${value.slice(0, 40)} ${reason}`,
  });
  if (value === "") return "";
  switch (property.type) {
    case "number":
      return value.trim() !== "" && Number.isFinite(Number(value))
        ? value.trim()
        : bad("INVALID_DOUBLE", "was not a valid number.");
    case "bool":
      return value === "true" || value === "false"
        ? value
        : bad("INVALID_BOOLEAN", "was not a valid boolean.");
    case "date":
    case "datetime":
      return storedTime(property.type, value) ?? bad("INVALID_DATE", "was not a valid date.");
    case "enumeration":
      return storedOption(property, value) ?? bad("INVALID_OPTION", "was not one of the allowed options");
    default:
      return value.length <= MAX_TEXT ? value : bad("PROPERTY_TOO_LONG", "... was too long.");
  }
}

function storedTime(type: "date" | "datetime", value: string): string | null {
  const ms = /^-?\d{10,}$/.test(value) ? Number(value) : Date.parse(value);
  if (Number.isNaN(ms)) return null;
  if (type === "datetime") return isoMs(ms);
  const isMidnight = ms % 86_400_000 === 0; // HubSpot refuses dates with a time of day
  return DATE.test(value) || isMidnight ? isoDate(ms) : null;
}

function storedOption(property: PropertyDefinition, value: string): string | null {
  const chosen = property.fieldType === "checkbox" ? value.split(";") : [value];
  return chosen.every((item) => property.options.some((option) => option.value === item)) ? value : null;
}
