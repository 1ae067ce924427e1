import { type FieldsOf, usageMetrics } from "@bellwether/shared";
import type { CrmRecord } from "./crm-answers.ts";
import { countOf, customValueOf, mappedFacts } from "./mapped-facts.ts";
import { dateOf, flagOf, instantOf, latestOf, type Properties, textOf } from "./values.ts";
import { type FieldMap, usageProperties } from "./wanted-properties.ts";

export function companyFields(record: CrmRecord, fieldMap: FieldMap): FieldsOf<"company"> {
  const { properties } = record;
  const mapped = (field: keyof FieldMap["own"]) => properties[fieldMap.own[field]];
  return {
    kind: "company",
    name: textOf(properties["name"]),
    domain: domainOf(properties["domain"]),
    lifecycleStage: textOf(properties["lifecyclestage"]),
    ...stageHistory(record),
    becameCustomerAt:
      instantOf(mapped("customerSince")) ??
      instantOf(properties["hs_v2_date_entered_customer"]) ??
      instantOf(properties["hs_lifecyclestage_customer_date"]),
    lastContactedAt: latestOf(
      instantOf(properties["notes_last_contacted"]),
      instantOf(properties["hs_last_sales_activity_timestamp"]),
    ),
    nextActivityAt: instantOf(properties["notes_next_activity_date"]),
    renewalDate: dateOf(mapped("renewalDate")),
    noticeOfNonRenewal: flagOf(mapped("noticeOfNonRenewal")),
    isReference: flagOf(mapped("isReference")),
    referrals: countOf(mapped("referrals")),
    onboardingProgress: countOf(mapped("onboardingProgress")),
    externalId: textOf(mapped("externalId")),
    usage: Object.fromEntries(usageMetrics.map((metric) => [metric, countOf(mapped(metric))])),
    usageHistory: usageHistory(record, fieldMap),
    facts: mappedFacts(properties, fieldMap),
    lastMeetingAt: instantOf(properties["hs_last_booked_meeting_date"]),
    ...(fieldMap.custom.length > 0 && {
      custom: Object.fromEntries(
        fieldMap.custom.map(({ key, property }) => [key, customValueOf(properties[property])]),
      ),
      customHistory: customHistory(record, fieldMap),
    }),
  };
}

/** People paste whole addresses into the field. */
function domainOf(value: Properties[string]): string | null {
  const text = textOf(value)?.toLowerCase() ?? "";
  const host = text.replace(/^[a-z]+:\/\//, "").split(/[/?#]/)[0] ?? "";
  return textOf(host.replace(/^www\./, ""));
}

function stageHistory(record: CrmRecord): Pick<FieldsOf<"company">, "stageHistory"> {
  const versions = (record.propertiesWithHistory?.["lifecyclestage"] ?? []).flatMap((version) => {
    const at = instantOf(version.timestamp);
    return at === null ? [] : [{ value: textOf(version.value), at }];
  });
  return versions.length === 0 ? {} : { stageHistory: versions.sort(byTime) };
}

function usageHistory(record: CrmRecord, fieldMap: FieldMap): FieldsOf<"company">["usageHistory"] {
  const points = usageProperties(fieldMap).flatMap(([metric, property]) =>
    (record.propertiesWithHistory?.[property] ?? []).flatMap((version) => {
      const at = instantOf(version.timestamp);
      return at === null ? [] : [{ metric, value: countOf(version.value), at }];
    }),
  );
  return points.sort(byTime);
}

function customHistory(
  record: CrmRecord,
  fieldMap: FieldMap,
): NonNullable<FieldsOf<"company">["customHistory"]> {
  const points = fieldMap.custom.flatMap(({ key, property }) =>
    (record.propertiesWithHistory?.[property] ?? []).flatMap((version) => {
      const at = instantOf(version.timestamp);
      return at === null ? [] : [{ key, value: customValueOf(version.value), at }];
    }),
  );
  return points.sort(byTime);
}

const byTime = (a: { at: string }, b: { at: string }): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
