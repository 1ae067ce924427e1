import {
  type CustomValue,
  customFields,
  type FieldsOf,
  ZENDESK_FIELD_MAP,
  type ZendeskMappedField,
  zendeskFieldOf,
} from "@bellwether/shared";

type Sentiment = NonNullable<FieldsOf<"ticket">["sentiment"]>;
interface CustomSource {
  key: string;
  /** The organization field's key, or the ticket field's number. */
  field: string;
}

/** What of an account's tags and fields feeds our own. */
export interface ZendeskFieldMap {
  sentimentOfTag: ReadonlyMap<string, Sentiment>;
  organizationFields: readonly CustomSource[];
  ticketFields: readonly CustomSource[];
}

/** The connection's own choices over the defaults. */
export function zendeskFieldMap(chosen: Readonly<Record<string, string>>): ZendeskFieldMap {
  const tags = (field: ZendeskMappedField, sentiment: Sentiment): [string, Sentiment][] =>
    (chosen[field] ?? ZENDESK_FIELD_MAP[field])
      .split(",")
      .map((tag) => tag.trim().toLowerCase())
      .filter((tag) => tag !== "")
      .map((tag) => [tag, sentiment]);
  const fields = customFields(chosen);
  return {
    // of a tag in two lists the worse counts
    sentimentOfTag: new Map([
      ...tags("positiveTags", "positive"),
      ...tags("neutralTags", "neutral"),
      ...tags("negativeTags", "negative"),
    ]),
    organizationFields: fieldsOf("organization", fields),
    ticketFields: fieldsOf("ticket", fields),
  };
}

function fieldsOf(
  of: "organization" | "ticket",
  fields: readonly { key: string; property: string }[],
): CustomSource[] {
  return fields.flatMap(({ key, property }) => {
    const named = zendeskFieldOf(property);
    return named?.of === of ? [{ key, field: named.field }] : [];
  });
}

/** `null` where no tag says anything; of several the worst counts. */
export function sentimentOf(
  tags: readonly string[] | null,
  { sentimentOfTag }: ZendeskFieldMap,
): Sentiment | null {
  const found = new Set((tags ?? []).map((tag) => sentimentOfTag.get(tag)));
  return (["negative", "neutral", "positive"] as const).find((sentiment) => found.has(sentiment)) ?? null;
}

/** Longer texts are prose, which is no value of a signal and may name people. */
const MAX_TEXT = 80;

/** A field's value as a signal takes it; lists and prose count as empty. */
export function customValueOf(value: unknown): CustomValue {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const text = value.trim();
  // decimal fields come as text
  if (/^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  return text === "" || text.length > MAX_TEXT ? null : text;
}
