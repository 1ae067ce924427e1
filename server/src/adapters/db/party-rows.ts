import { normaliseDomain, normaliseName, type Party, type SourceRecord } from "@bellwether/shared";
import { indexKey } from "./index-key.ts";

/** HubSpot's lifecycle stages before the purchase; its other stages and a portal's own ones count as bought. */
const NOT_BOUGHT_YET: ReadonlySet<string> = new Set([
  "subscriber",
  "lead",
  "marketingqualifiedlead",
  "salesqualifiedlead",
  "opportunity",
]);

/** `null` for records that do not stand for a customer. */
export function partyOf(record: SourceRecord): Party | null {
  const { fields, ref } = record;
  if (fields.kind === "company") {
    const isCustomer = fields.becameCustomerAt !== null || !NOT_BOUGHT_YET.has(fields.lifecycleStage ?? "");
    return {
      ref,
      name: fields.name,
      domains: domains([fields.domain]),
      externalId: fields.externalId,
      isCustomer,
    };
  }
  if (fields.kind === "organization" || fields.kind === "group")
    return {
      ref,
      name: fields.name,
      domains: domains(fields.domains),
      externalId: fields.externalId,
      isCustomer: true,
    };
  return null;
}

const domains = (texts: readonly (string | null)[]): string[] => [
  ...new Set(texts.map((text) => normaliseDomain(text ?? "")).filter((domain) => domain !== null)),
];

/** `null` where nothing is left to compare. */
export const nameKey = (party: Party): string | null => indexKey(normaliseName(party.name ?? "")) || null;

/** Without case and blanks, as the matching compares external ids. */
export const externalKey = (id: string | null): string | null =>
  indexKey(id?.trim().toLowerCase() ?? "") || null;
