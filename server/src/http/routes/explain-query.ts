import { z } from "zod";
import type { AskedPeriod } from "../../services/explain-account.ts";

const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: "must be a date or an instant of ISO 8601, e.g. 2026-05-03 or 2026-05-03T09:00:00Z",
  })
  .refine((text) => text >= "1970", "must not be before 1970");

/** A date is its first moment in UTC. */
export const explainQuery = z.object({ from: time.optional(), to: time.optional() });

export const periodAsked = ({ from, to }: z.infer<typeof explainQuery>): AskedPeriod => ({
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
});
