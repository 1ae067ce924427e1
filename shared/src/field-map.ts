/**
 * Default HubSpot company property for each of our fields that is not one of HubSpot's own. A portal has those
 * that it made; the others stay unmapped, and the measures that need them are missing, not zero.
 */
export const DEFAULT_FIELD_MAP = {
  activeUsers: "active_users_30d",
  logins: "logins_30d",
  featuresActivated: "features_activated",
  featuresAvailable: "features_available",
  seats: "licensed_seats",
  customerSince: "customer_since",
  renewalDate: "renewal_date",
  noticeOfNonRenewal: "notice_of_non_renewal",
  isReference: "is_reference",
  referrals: "referrals_12m",
  onboardingProgress: "onboarding_progress",
  externalId: "external_account_id",
} as const satisfies Record<string, string>;
export type MappedField = keyof typeof DEFAULT_FIELD_MAP;
