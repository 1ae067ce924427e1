import { portalId, type RecordRef, type TenantId } from "@bellwether/shared";
import type { Request } from "express";
import { z } from "zod";
import type { Actor } from "../../services/actor.ts";
import { AppError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { bearerOf } from "../middleware/bearer.ts";
import { requireHubspotSignature } from "../middleware/signed-request.ts";
import { parseRequest } from "../parse-request.ts";

/** Who asks beside which record. */
export interface AppCaller {
  tenant: TenantId;
  actor: Actor;
  ref: RecordRef;
}

const recordId = z.string().regex(/^\d{1,20}$/, "must be the number of a record");

const OBJECT_TYPES = { "0-1": "contact", "0-2": "company", "0-3": "deal", "0-5": "ticket" } as const;

export const hubspotHealthQuery = z.object({
  portalId,
  objectTypeId: z.enum(["0-1", "0-2", "0-3", "0-5"], { error: "must be 0-1, 0-2, 0-3 or 0-5" }),
  objectId: recordId,
  /** HubSpot's own id of who looks at the record; it appends this itself, as it does `portalId`. */
  userId: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
});

/** From the cards, through HubSpot's backend: the signed query says which portal and which user of it asks. */
export async function hubspotCaller(deps: HttpDeps, req: Request): Promise<AppCaller> {
  requireHubspotSignature(deps, req);
  const query = parseRequest(hubspotHealthQuery, req.query);
  const connection = await deps.directory.byExternalId("hubspot", query.portalId);
  if (connection?.status !== "active") throw new AppError("not_found", "No account belongs to this record.");
  if (query.userId === undefined && req.method !== "GET")
    throw new AppError("request_invalid", "userId: is missing, so nobody would answer for this.");
  const { tenantId } = connection;
  const user = query.userId ?? "unknown";
  return {
    tenant: tenantId,
    actor: { id: `hubspot:${user}`, name: `HubSpot user ${user}`, tenantId, role: "csm", financial: false },
    ref: { platform: "hubspot", objectType: OBJECT_TYPES[query.objectTypeId], id: query.objectId },
  };
}

export const zendeskHealthQuery = z
  .object({ ticketId: recordId.optional(), organizationId: recordId.optional(), userId: recordId.optional() })
  .refine((q) => [q.ticketId, q.organizationId, q.userId].filter(Boolean).length === 1, {
    message: "exactly one of ticketId, organizationId and userId is needed",
  });

/** From the sidebar, through Zendesk's proxy: the token proves the account, never who in it asks. */
export async function zendeskCaller(deps: HttpDeps, req: Request): Promise<AppCaller> {
  const tenantId = await tenantOfAppToken(deps, req);
  const ref = zendeskRef(parseRequest(zendeskHealthQuery, req.query));
  return {
    tenant: tenantId,
    actor: { id: "zendesk:unverified", name: "A Zendesk agent", tenantId, role: "agent", financial: false },
    ref,
  };
}

function zendeskRef(query: z.infer<typeof zendeskHealthQuery>): RecordRef {
  if (query.ticketId) return { platform: "zendesk", objectType: "ticket", id: query.ticketId };
  if (query.organizationId)
    return { platform: "zendesk", objectType: "organization", id: query.organizationId };
  return { platform: "zendesk", objectType: "user", id: query.userId ?? "" };
}

async function tenantOfAppToken(deps: HttpDeps, req: Request): Promise<TenantId> {
  const token = bearerOf(req);
  const subdomain = token === null ? null : deps.appTokens.subdomainOf(token);
  if (token === null || subdomain === null) throw invalidToken();
  const connection = await deps.directory.byExternalId("zendesk", subdomain);
  if (connection?.status !== "active") throw invalidToken();
  const secret = (await deps.directory.byId(connection.id))?.secrets.appSecret;
  if (!secret) throw invalidToken();
  if (!deps.appTokens.verify(token, { secret, subdomain, now: deps.clock.now() })) throw invalidToken();
  return connection.tenantId;
}

const invalidToken = (): AppError =>
  new AppError("token_invalid", "The Zendesk app's token is missing, wrong or too old.");
