import { portalId } from "@bellwether/shared";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import { HubspotRefusal } from "./api-error.ts";
import { PATHS } from "./api-version.ts";
import { createHubspotClient } from "./client.ts";
import type { HubspotHttpDeps } from "./portal-http.ts";

/** Newest first; older paths are there for accounts and servers that do not have the newer. */
const LOOKUPS = [PATHS.accountDetails, "/account-info/v3/details", "/integrations/v1/me"] as const;
const details = z.object({ portalId });

/**
 * Asks HubSpot which portal a private app's token belongs to.
 * @throws {PlatformError} `unauthorized` for a token that is not accepted, `rejected` when HubSpot does not say
 */
export async function lookUpPortalId(deps: HubspotHttpDeps, accessToken: string): Promise<string> {
  const client = createHubspotClient(deps, "portal-lookup", {
    current: async () => accessToken,
    afterRefusal: async () => null,
  });
  for (const path of LOOKUPS) {
    try {
      const parsed = details.safeParse((await client.call({ method: "GET", path })).body);
      if (parsed.success) return parsed.data.portalId;
    } catch (error) {
      if (!(error instanceof HubspotRefusal) || error.kind === "unauthorized") throw error;
    }
  }
  throw new PlatformError(
    "rejected",
    "HubSpot did not say which portal the token is for; set HUBSPOT_PORTAL_ID",
  );
}
