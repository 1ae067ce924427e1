import type { RecordRef } from "./source-record.ts";

/** A record that stands for a customer: a HubSpot company, a Zendesk organization or a group of users in the product. */
export interface Party {
  ref: RecordRef;
  name: string | null;
  /** Lower case, without `www.`; free-mail domains are left in and ignored by the matching. */
  domains: readonly string[];
  externalId: string | null;
  /** `false` for companies whose lifecycle stage says that they have not bought yet; they get no account. */
  isCustomer: boolean;
}

/** How a party came to its account; stored with the link. */
export type MatchRule = "anchor" | "external_id" | "domain" | "name" | "person";
