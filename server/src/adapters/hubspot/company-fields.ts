import { type FieldsOf, usageMetrics } from "@bellwether/shared";
import type { CrmRecord } from "./crm-answers.ts";
import { dateOf, flagOf, instantOf, latestOf, numberOf, type Properties, textOf } from "./values.ts";
import { type FieldMap, usageProperties } from "./wanted-properties.ts";

export function companyFields(record: CrmRecord, fieldMap: FieldMap): FieldsOf<"company"> {
  const { properties } = record;
  const mapped = (field: keyof FieldMap) => properties[fieldMap[field]];
  return {
    kind: "company",
    name: textOf(properties["name"]),
    domain: domainOf(properties["domain"]),
    lifecycleStage: textOf(properties["lifecyclestage"]),
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
  };
}

/** Fewer than none is a mistake in the portal, so it counts as not known. */
function countOf(value: Properties[string]): number | null {
  const number = numberOf(value);
  return number !== null && number >= 0 ? number : null;
}

/** People paste whole addresses into the field. */
function domainOf(value: Properties[string]): string | null {
  const text = textOf(value)?.toLowerCase() ?? "";
  const host = text.replace(/^[a-z]+:\/\//, "").split(/[/?#]/)[0] ?? "";
  return textOf(host.replace(/^www\./, ""));
}

function usageHistory(record: CrmRecord, fieldMap: FieldMap): FieldsOf<"company">["usageHistory"] {
  const points = usageProperties(fieldMap).flatMap(([metric, property]) =>
    (record.propertiesWithHistory?.[property] ?? []).flatMap((version) => {
      const at = instantOf(version.timestamp);
      return at === null ? [] : [{ metric, value: countOf(version.value), at }];
    }),
  );
  return points.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
