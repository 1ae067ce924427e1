import { z } from "zod";

/** Who reads: a support agent, a customer success manager, a lead of those, an administrator. */
export const roleSchema = z.enum(["agent", "csm", "lead", "admin"]);
export type Role = z.infer<typeof roleSchema>;
