import { portalId } from "@bellwether/shared";
import { z } from "zod";

/** Milliseconds from here on, seconds before; and milliseconds up to the year 2286. */
const [FIRST_MS, LAST_MS] = [1e11, 1e13];
const MAX_PORTAL = 1e15;
const MAX_TYPE_LENGTH = 100;

/** Seconds (some senders), milliseconds, or ISO text. */
const occurredAt = z
  .union([z.number().transform((n) => (n < FIRST_MS ? n * 1000 : n)), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value))
  .refine((date) => Number.isFinite(date.getTime()) && date.getTime() >= 0, "is not a time");

/** Without these it is no event. */
const requiredFields = z.object({
  portalId,
  subscriptionType: z.string().min(1).max(MAX_TYPE_LENGTH),
  occurredAt,
});
export type RequiredFields = z.infer<typeof requiredFields>;

/** @returns the fields, or what is wrong in words */
export function readRequiredFields(element: unknown): RequiredFields | string {
  const usual = usualFields(element);
  if (usual !== null) return usual;
  const { success, data, error } = requiredFields.safeParse(element);
  if (success) return data;
  const issue = error.issues[0];
  return `${issue?.path.join(".") || "event"}: ${issue?.message ?? "unreadable"}`;
}

/**
 * The shape that HubSpot sends, read by hand: at tens of thousands of events a second the schema was most of the work.
 * @returns what the schema would; `null` = of another shape, for the schema to judge
 */
function usualFields(element: unknown): RequiredFields | null {
  const given: { [field in keyof RequiredFields]?: unknown } = element ?? {};
  const { portalId: portal, subscriptionType: type, occurredAt: time } = given;
  if (typeof portal !== "number" || !Number.isInteger(portal) || portal < 0 || portal >= MAX_PORTAL)
    return null;
  if (typeof type !== "string" || type.length === 0 || type.length > MAX_TYPE_LENGTH) return null;
  const isUsualTime = typeof time === "number" && time >= FIRST_MS && time < LAST_MS;
  if (!isUsualTime) return null;
  return { portalId: String(portal), subscriptionType: type, occurredAt: new Date(time) };
}

/** Of an element that lacks something else. */
export function readPortalId(element: unknown): string | null {
  const parsed = z.object({ portalId }).safeParse(element);
  return parsed.success ? parsed.data.portalId : null;
}
