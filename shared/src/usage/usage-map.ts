import { z } from "zod";
import type { ProductEvent } from "./product-event.ts";

const eventName = z.string().trim().min(1).max(100);

/** What events mean to the admin; without it every `identify` is a login and every tracked event a feature. */
export const usageMap = z.strictObject({
  /** Names of tracked events that are logins; `null` = every `identify`. */
  loginEvents: z.array(eventName).max(50).nullable(),
  /** Feature of an event's name, several events may be one; `null` = every tracked event is a feature of its name. */
  features: z.record(eventName, eventName).nullable(),
});
export type UsageMap = z.infer<typeof usageMap>;
export const DEFAULT_USAGE_MAP: UsageMap = { loginEvents: null, features: null };

export const isLogin = ({ type, event }: ProductEvent, { loginEvents }: UsageMap): boolean =>
  loginEvents === null ? type === "identify" : event !== null && loginEvents.includes(event);

export function featureOf({ event }: ProductEvent, { features }: UsageMap): string | null {
  if (event === null || features === null) return event;
  return Object.hasOwn(features, event) ? (features[event] ?? null) : null;
}
