import { z } from "zod";

/** `application/problem+json` (RFC 9457) with a stable code and the request's id. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof problem>;
