import { z } from "zod";

/** One company that installed Bellwether. Every row and every query carries it. */
export const tenantId = z.uuid().brand<"TenantId">();
export type TenantId = z.infer<typeof tenantId>;

/** A customer of the tenant. Unique inside the tenant only. */
export const accountId = z.uuid().brand<"AccountId">();
export type AccountId = z.infer<typeof accountId>;

/** A tenant's HubSpot portal or Zendesk account, as named in `/webhooks/zendesk/{connectionId}`. */
export const connectionId = z.uuid().brand<"ConnectionId">();
export type ConnectionId = z.infer<typeof connectionId>;

/** HubSpot's hub id; a JSON number in webhooks, kept as a string of digits. */
export const portalId = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .pipe(z.string().regex(/^\d{1,15}$/));

/** Zendesk host label. Checked before any URL is built from it, so that it cannot name another host. */
export const subdomain = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a Zendesk subdomain has letters, digits and hyphens only");

export type Platform = "hubspot" | "zendesk";
