import { z } from "zod";
import { customKey } from "../../source-record.ts";

/** Numbers behind the choices that a property offers, by the choice's internal name. */
const choices = z.record(z.string().min(1).max(80), z.number());

/**
 * A signal of the tenant's own: a mapped HubSpot company property, Zendesk organization field or ticket field. A
 * measure reads it as `custom.<key>`; what is mapped to the key stands in the connection's field map.
 */
export const customSignalSchema = z
  .object({
    key: customKey,
    label: z.string().min(1).max(80),
    /** After the value, e.g. "of 10" or "points"; may be empty. Ignored unless it is a number. */
    unit: z.string().max(40),
    definition: z.string().min(1).max(400),
    source: z.enum(["hubspot", "zendesk"]),
    kind: z.enum(["number", "boolean", "choice"]),
    choices: choices.optional(),
    /** Days after which a value that nobody changed is stale; `null` = each reading of the source confirms it. */
    staleAfterDays: z.number().positive().nullable(),
    /** Revenue, or what it could be worked out from: needs the financial grant. */
    isFinancial: z.boolean(),
  })
  .refine((signal) => signal.kind !== "choice" || Object.keys(signal.choices ?? {}).length > 0, {
    message: "a choice needs at least one choice with its number",
    path: ["choices"],
  });
export type CustomSignal = z.infer<typeof customSignalSchema>;
