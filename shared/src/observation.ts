import { z } from "zod";
import { customValue, usageMetrics } from "./source-record.ts";

/**
 * One dated fact about a party (a HubSpot company, a Zendesk organization or a usage group; an account is the parties linked to it).
 * Append-only. `at` is when it became true, not when we heard of it, so that "as it was on that day" means
 * "all observations with `at` on or before that day", and order of arrival does not matter.
 */
const instant = z.iso.datetime();

/** Registers: the newest `at` of a (kind, key) wins; of equal ones the greater JSON text, so that order never matters. */
const profile = z.object({
  kind: z.literal("profile"),
  /** Field name of `companyFields` without the usage gauges, or `name`, `createdAt`. */
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});
const contact = z.object({
  kind: z.literal("contact"),
  key: z.string(),
  /** `null` = no longer at this party (left, deleted, association removed). */
  value: z
    .object({ role: z.enum(["champion", "sponsor", "user"]).nullable(), isBounced: z.boolean() })
    .nullable(),
});
const deal = z.object({
  kind: z.literal("deal"),
  key: z.string(),
  value: z
    .object({
      dealType: z.enum(["new", "expansion", "renewal", "other"]),
      status: z.enum(["open", "won", "lost"]),
    })
    .nullable(),
});
const ticket = z.object({
  kind: z.literal("ticket"),
  /** `{platform}:{ticket id}` */
  key: z.string(),
  value: z
    .object({
      createdAt: instant,
      status: z.enum(["open", "pending", "solved", "closed"]),
      priority: z.enum(["low", "normal", "high", "urgent"]).nullable(),
      reopens: z.number().nullable(),
      firstReplyMinutes: z.number().nullable(),
      /** From creation to solution. Absent in observations from before it was kept. */
      resolutionMinutes: z.number().nullable().optional(),
      sentiment: z.enum(["positive", "neutral", "negative"]).nullable().optional(),
    })
    .nullable(),
});
/** A register like those above: what an admin mapped to a signal of their own. */
const custom = z.object({
  kind: z.literal("custom"),
  /** The signal's key; for a field of tickets `{key}/{platform}:{ticket id}`. */
  key: z.string(),
  value: customValue,
});
/** Series: every point counts. */
const usage = z.object({ kind: z.literal("usage"), key: z.enum(usageMetrics), value: z.number().nullable() });
const touch = z.object({
  kind: z.literal("touch"),
  /**
   * `company` for the company's own last contact, else `contact:{id}`; `reply:{contact id}` for the last mail that the
   * person answered, `meeting:{day}` for a meeting, once however many people it is logged with.
   */
  key: z.string(),
  value: z.object({}),
});
const rating = z.object({
  kind: z.literal("rating"),
  /** `{platform}:{rating id}` */
  key: z.string(),
  value: z.object({ metric: z.enum(["nps", "csat"]), score: z.number() }).nullable(),
});

export const fact = z.discriminatedUnion("kind", [
  profile,
  contact,
  deal,
  ticket,
  usage,
  touch,
  rating,
  custom,
]);
export type Fact = z.infer<typeof fact>;

export const observation = z.intersection(
  fact,
  z.object({
    /** `hubspot:company:123`, `zendesk:organization:77`, `segment:group:acme` */
    subject: z.string(),
    source: z.enum(["hubspot", "zendesk", "segment"]),
    at: instant,
  }),
);
export type Observation = Fact & { subject: string; source: "hubspot" | "zendesk" | "segment"; at: string };
