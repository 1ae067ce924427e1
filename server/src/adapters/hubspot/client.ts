import { PlatformError } from "../../services/errors.ts";
import type { BudgetScope } from "../../services/ports.ts";
import { refusedAgain } from "../platform/refused-again.ts";
import { HubspotRefusal } from "./api-error.ts";
import { PortalClient } from "./portal-client.ts";
import { type HubspotHttpDeps, hubspotFetches, type Lane } from "./portal-http.ts";
import type { TokenSource } from "./token-source.ts";

export interface HubspotCall {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Default `live`; searches have their own. */
  lane?: Lane;
}
export interface HubspotAnswer {
  /** 2xx; 207 = some rows failed. */
  status: number;
  /** Parsed JSON; `null` for an empty body. */
  body: unknown;
}

/** Calls HubSpot for one connection. Every status is checked; only 2xx comes back. */
export interface HubspotClient {
  /** @throws {HubspotRefusal} for final refusals @throws {PlatformError} when HubSpot cannot be reached or is busy */
  call(call: HubspotCall): Promise<HubspotAnswer>;
}

/** @param scope the connection, over which all processes share its limits */
export function createHubspotClient(
  deps: HubspotHttpDeps,
  key: string,
  tokens: TokenSource,
  scope: BudgetScope | null = null,
): HubspotClient {
  const fetches = hubspotFetches(deps, key, scope);
  const clients: Record<Lane, PortalClient> = {
    live: new PortalClient(deps.apiUrl, fetches.live),
    bulk: new PortalClient(deps.apiUrl, fetches.bulk),
    search: new PortalClient(deps.apiUrl, fetches.search),
  };
  const send = (call: HubspotCall, token: string): Promise<Response> =>
    clients[call.path.endsWith("/search") ? "search" : (call.lane ?? "live")].apiRequest({
      method: call.method,
      path: call.path,
      headers: { Authorization: `Bearer ${token}` },
      ...(call.query && { qs: { ...call.query } }),
      ...(call.body !== undefined && { body: call.body }),
    });
  return {
    async call(call) {
      const token = await tokens.current();
      const answer = await send(call, token);
      if (answer.status !== 401) return checked(call, answer);
      const renewed = await tokens.afterRefusal(token);
      if (renewed === null) return checked(call, answer);
      const second = await send(call, renewed);
      if (second.status === 401) throw refusedAgain("HubSpot");
      return checked(call, second);
    },
  };
}

/** @throws {HubspotRefusal} unless 2xx @throws {PlatformError} `unavailable` when a 2xx has no readable body */
export async function checked(
  call: Pick<HubspotCall, "method" | "path">,
  answer: Response,
): Promise<HubspotAnswer> {
  const text = await answer.text();
  const what = `${call.method} ${call.path}`;
  let body: unknown = null;
  try {
    body = text === "" ? null : JSON.parse(text);
  } catch (cause) {
    if (answer.ok)
      throw new PlatformError("unavailable", `HubSpot's answer to ${what} is not JSON`, { cause });
  }
  if (!answer.ok) throw new HubspotRefusal(what, answer.status, body);
  return { status: answer.status, body };
}
