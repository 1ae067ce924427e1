/**
 * The properties and fields that Bellwether writes: HubSpot company properties in the group `bellwether` and
 * Zendesk organization fields with the same keys. Nothing else is ever written without a person's approval.
 */
export const PROPERTY_GROUP = { name: "bellwether", label: "Bellwether" } as const;

export interface WriteBackField {
  key: string;
  label: string;
  description: string;
  type: "score" | "probability" | "number" | "choice" | "flag" | "text" | "long_text" | "instant";
  /** Of a `choice`: value → label. */
  options?: Readonly<Record<string, string>>;
  isDefault: boolean;
}

const BANDS = { red: "Red", yellow: "Yellow", green: "Green" } as const;
const field = (
  key: string,
  type: WriteBackField["type"],
  isDefault: boolean,
  label: string,
  description: string,
  options?: Readonly<Record<string, string>>,
): WriteBackField => ({
  key: `bellwether_${key}`,
  type,
  isDefault,
  label,
  description,
  ...(options && { options }),
});

/** In the order of the definition page. */
export const WRITE_BACK_FIELDS: readonly WriteBackField[] = [
  field(
    "health_score",
    "score",
    true,
    "Health score",
    "0–100, higher is healthier; empty without enough data.",
  ),
  field(
    "health_band",
    "choice",
    true,
    "Health band",
    "Red 0–49, yellow 50–74, green 75–100, with hysteresis.",
    BANDS,
  ),
  field("engagement", "score", false, "Engagement score", "0–100: logins, contact, replies."),
  field("adoption", "score", false, "Adoption score", "0–100: features and seats in use."),
  field("satisfaction", "score", false, "Satisfaction score", "0–100: surveys and support."),
  field("growth", "score", false, "Growth score", "0–100: expansion, referrals, advocacy."),
  field(
    "segment",
    "choice",
    true,
    "Lifecycle segment",
    "By age: new under 90 days, growing under 180, then established.",
    {
      new: "New",
      growing: "Growing",
      established: "Established",
    },
  ),
  field("at_risk", "flag", true, "At risk", "Red band, high churn risk or a cap in force."),
  field(
    "churn_risk",
    "probability",
    true,
    "Churn risk",
    "Probability of losing the customer within 90 days.",
  ),
  field("churn_band", "choice", true, "Churn risk band", "Unknown where there is too little data to say.", {
    low: "Low",
    medium: "Medium",
    high: "High",
    unknown: "Unknown",
  }),
  field(
    "confidence",
    "choice",
    true,
    "Confidence",
    "From how much of the data is there and how fresh it is.",
    {
      high: "High",
      medium: "Medium",
      low: "Low",
    },
  ),
  field(
    "trend_30d",
    "number",
    false,
    "Health trend, 30 days",
    "Change of the health score over 30 days, in points.",
  ),
  field("reasons", "long_text", true, "Health reasons", "The main reasons for the score, with their points."),
  field("next_step", "text", false, "Suggested next step", "What would help most now."),
  field(
    "onboarding_progress",
    "number",
    false,
    "Onboarding progress",
    "Completed share of the onboarding plan, 0–100.",
  ),
  field("scored_at", "instant", true, "Scored at", "When the values beside it were calculated."),
  field(
    "scorecard_version",
    "text",
    true,
    "Scorecard version",
    "The definition that the score was calculated with.",
  ),
];

/** Ticket drop-down of the band, and the prefix that keeps its values apart from other tags of the account. */
export const TICKET_BAND_FIELD = { title: "Customer health", prefix: "bellwether_band_" } as const;
/** Prefix of drop-down values on Zendesk organizations, which become tags: `bellwether_org_health_band_red`. */
export const organizationChoice = (key: string, value: string): string =>
  `bellwether_org_${key.replace("bellwether_", "")}_${value}`;
export const ticketBandValue = (band: "red" | "yellow" | "green"): string =>
  `${TICKET_BAND_FIELD.prefix}${band}`;
