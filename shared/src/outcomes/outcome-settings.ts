import { z } from "zod";

/** What counts as a loss in this tenant's CRM. Kept under `outcomes` in the HubSpot connection's configuration. */
export const outcomeSettings = z.object({
  /** HubSpot's internal values of the lifecycle stages of a paying customer. */
  customerStages: z.array(z.string()).min(1).default(["customer", "evangelist"]),
  /**
   * Internal values of the stages that a lost customer is moved to; custom stages have their own. HubSpot's `other` is
   * left out: whoever uses it for lost customers says so, else everybody moved there would count as a loss.
   */
  lostStages: z
    .array(z.string())
    .default(["churned", "lost", "lost_customer", "former_customer", "formercustomer"]),
  /** Whether a lost renewal deal means that the customer is lost; else it says nothing. */
  lostRenewalIsChurn: z.boolean().default(true),
  /** Days ahead that the churn model looks. */
  horizonDays: z.int().min(30).max(365).default(90),
});
export type OutcomeSettings = z.infer<typeof outcomeSettings>;

export const DEFAULT_OUTCOME_SETTINGS: OutcomeSettings = outcomeSettings.parse({});

/** The tenant's choices as they are stored; where there are none or they cannot be read, the defaults. */
export function outcomeSettingsOf(stored: unknown): OutcomeSettings {
  const parsed = outcomeSettings.safeParse(stored ?? {});
  return parsed.success ? parsed.data : DEFAULT_OUTCOME_SETTINGS;
}
