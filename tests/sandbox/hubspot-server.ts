import type { Express, NextFunction, Request, Response } from "express";
import type { Fault } from "./faults.ts";
import { ApiFailure, bearerToken, failureHandler, platformApp } from "./http.ts";
import { hubspotAccount } from "./hubspot-account.ts";
import { hubspotAssociations, hubspotRecordAssociations } from "./hubspot-associations.ts";
import { type HubspotCall, type HubspotContext, hubspotError, invalidInput } from "./hubspot-context.ts";
import { hubspotOauthRoutes } from "./hubspot-oauth.ts";
import { hubspotObjects } from "./hubspot-objects.ts";
import { hubspotProperties } from "./hubspot-schema.ts";
import { hubspotSearch } from "./hubspot-search.ts";
import { RateWindow } from "./rate-limit.ts";

const TEN_SECONDS_MS = 10_000;
const VERSION = "2026-03";

/** HubSpot's API: token endpoints without, everything else with a bearer token. */
export function hubspotApp(context: HubspotContext): Express {
  const { app, faultOf } = platformApp({
    platform: "hubspot",
    clock: context.clock,
    faults: context.faults,
    requests: context.requests,
    renderFault,
  });
  const calls = new WeakMap<Response, HubspotCall>();
  const callOf = (res: Response): HubspotCall => {
    const call = calls.get(res);
    if (call === undefined) throw new Error("the request was not authenticated");
    return call;
  };
  app.use(hubspotOauthRoutes(context.oauth));
  app.use((req, res, next) => {
    calls.set(res, { portal: authenticate(context, req), fault: faultOf(res) });
    next();
  });
  app.use(limiter(context, callOf));
  app.use(
    `/crm/objects/${VERSION}`,
    hubspotSearch(callOf),
    hubspotRecordAssociations(callOf),
    hubspotObjects(context, callOf),
  );
  app.use(`/crm/associations/${VERSION}`, hubspotAssociations(context, callOf));
  app.use(`/crm/properties/${VERSION}`, hubspotProperties(context, callOf));
  app.use(hubspotAccount(callOf));
  app.use((req) => {
    throw hubspotError(404, "OBJECT_NOT_FOUND", `Unable to find ${req.method} ${req.path}`);
  });
  app.use((error: unknown, _req: Request, _res: Response, next: NextFunction) =>
    next(withCorrelation(context, error)),
  );
  app.use(failureHandler(invalidInput));
  return app;
}

function withCorrelation(context: HubspotContext, error: unknown): unknown {
  if (!(error instanceof ApiFailure) || typeof error.body !== "object") return error;
  return new ApiFailure(
    error.status,
    { ...error.body, correlationId: context.correlationId() },
    error.headers,
  );
}

function authenticate(context: HubspotContext, req: Request) {
  const state = context.oauth.stateOf(bearerToken(req));
  if (state.kind === "expired") {
    throw hubspotError(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.");
  }
  const portal = state.kind === "valid" ? context.portals.get(state.portalId) : undefined;
  if (portal === undefined) {
    throw hubspotError(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
  }
  return portal;
}

/** Per portal: the 10-second window, from which associations are exempt, and the searches per second. */
function limiter(context: HubspotContext, callOf: (res: Response) => HubspotCall) {
  const windows = new Map<string, RateWindow>();
  const windowOf = (key: string, max: number, ms: number) => {
    const window = windows.get(key) ?? new RateWindow(max, ms, context.elapsedMs);
    windows.set(key, window);
    return window;
  };
  return (req: Request, res: Response, next: NextFunction): void => {
    const { portalId } = callOf(res).portal;
    const isSearch = req.path.endsWith("/search");
    if (isSearch && !windowOf(`search/${portalId}`, context.limits.hubspotSearchesPerSecond, 1000).take()) {
      throw tooMany("SECONDLY", "You have reached your secondly limit.");
    }
    const window = windowOf(`${portalId}`, context.limits.hubspotPerTenSeconds, TEN_SECONDS_MS);
    if (!req.path.startsWith("/crm/associations/") && !window.take()) {
      throw tooMany("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.");
    }
    if (!isSearch) {
      res.setHeader("X-HubSpot-RateLimit-Max", window.max);
      res.setHeader("X-HubSpot-RateLimit-Remaining", window.remaining);
      res.setHeader("X-HubSpot-RateLimit-Interval-Milliseconds", window.windowMs);
    }
    next();
  };
}

/** A 429 has its own form of body and no category. */
const tooMany = (policyName: string, message: string, headers: Record<string, string> = {}) =>
  new ApiFailure(429, { status: "error", message, errorType: "RATE_LIMIT", policyName }, headers);

const FAULT_CATEGORIES: Record<number, string> = {
  401: "EXPIRED_AUTHENTICATION",
  403: "MISSING_SCOPES",
  423: "LOCKED",
};

function renderFault(status: number, fault: Fault): ApiFailure {
  const headers = fault.retryAfterS === undefined ? {} : { "Retry-After": String(fault.retryAfterS) };
  const policy = fault.policyName ?? "TEN_SECONDLY_ROLLING";
  if (status === 429) return tooMany(policy, `You have reached your ${policy.toLowerCase()} limit.`, headers);
  // Gateways in front of the API answer in HTML.
  if (status === 502 || status === 504)
    return new ApiFailure(status, "<html><body>Bad Gateway</body></html>", headers);
  return hubspotError(
    status,
    FAULT_CATEGORIES[status] ?? "INTERNAL_ERROR",
    "the sandbox was told to fail",
    {},
    headers,
  );
}
