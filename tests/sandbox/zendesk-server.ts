import type { Express, NextFunction, Request, Response } from "express";
import type { Fault } from "./faults.ts";
import { ApiFailure, bearerToken, failureHandler, platformApp } from "./http.ts";
import { RateWindow } from "./rate-limit.ts";
import { invalidBody, notFound, type ZendeskContext, zendeskError } from "./zendesk-context.ts";
import { zendeskCsat } from "./zendesk-csat.ts";
import { zendeskExports } from "./zendesk-exports.ts";
import { zendeskFields } from "./zendesk-fields.ts";
import type { ZendeskJobs } from "./zendesk-jobs.ts";
import { zendeskOauthRoutes } from "./zendesk-oauth.ts";
import { zendeskRecords } from "./zendesk-records.ts";
import { zendeskWebhookRoutes } from "./zendesk-webhook-routes.ts";

const MINUTE_MS = 60_000;

/** Zendesk's API of one account. */
export function zendeskApp(context: ZendeskContext, jobs: ZendeskJobs): Express {
  const { app, faultOf } = platformApp({
    platform: "zendesk",
    clock: context.clock,
    faults: context.faults,
    requests: context.requests,
    renderFault,
  });
  app.use((req, _res, next) => {
    req.url = req.url.replace(/^([^?]*)\.json(?=\?|$)/, "$1"); // both spellings of a path are one
    next();
  });
  app.use(zendeskOauthRoutes(context.oauth));
  app.use((req, _res, next) => {
    if (context.oauth.isValid(bearerToken(req))) return next();
    throw new ApiFailure(401, { error: "invalid_token", error_description: "The access token is not valid" });
  });
  app.use(limiter(context));
  app.use("/api/v2/incremental", zendeskExports(context));
  app.use("/api/v2/webhooks", zendeskWebhookRoutes(context));
  app.use("/api/v2", zendeskFields(context), zendeskCsat(context), zendeskRecords(context, jobs, faultOf));
  app.use(() => {
    throw notFound();
  });
  app.use(failureHandler(invalidBody));
  return app;
}

/** The account's requests per minute, and the exports' own. */
function limiter(context: ZendeskContext) {
  const { zendeskPerMinute: all, zendeskExportsPerMinute: exports } = context.limits;
  const account = new RateWindow(all, MINUTE_MS, context.elapsedMs);
  const incremental = new RateWindow(exports, MINUTE_MS, context.elapsedMs);
  const incrementalUsers = new RateWindow(exports * 2, MINUTE_MS, context.elapsedMs);
  return (req: Request, res: Response, next: NextFunction): void => {
    const isExport = req.path.startsWith("/api/v2/incremental/");
    const own = req.path.startsWith("/api/v2/incremental/users") ? incrementalUsers : incremental;
    const seconds = (window: RateWindow) => Math.max(1, Math.ceil(window.waitMs / 1000));
    if (isExport && !own.take()) throw tooMany(seconds(own), "the incremental exports");
    if (!account.take()) throw tooMany(seconds(account), "the account");
    res.setHeader("X-Rate-Limit", account.max);
    res.setHeader("X-Rate-Limit-Remaining", account.remaining);
    res.setHeader("ratelimit-limit", account.max);
    res.setHeader("ratelimit-remaining", account.remaining);
    res.setHeader("ratelimit-reset", MINUTE_MS / 1000);
    if (isExport) {
      res.setHeader(
        "zendesk-ratelimit-incremental-exports",
        `total=${own.max}; remaining=${own.remaining}; resets=60`,
      );
    }
    next();
  };
}

const tooMany = (retryAfterS: number, what: string) =>
  new ApiFailure(
    429,
    {
      error: "APIRateLimitExceeded",
      description: `Number of allowed API requests per minute exceeded for ${what}`,
    },
    { "Retry-After": String(retryAfterS) },
  );

const FAULT_ERRORS: Record<number, string> = {
  401: "invalid_token",
  403: "Forbidden",
  503: "ServiceUnavailable",
};

function renderFault(status: number, fault: Fault): ApiFailure {
  const headers = fault.retryAfterS === undefined ? {} : { "Retry-After": String(fault.retryAfterS) };
  if (status === 429) return tooMany(fault.retryAfterS ?? 1, "the account");
  if (status === 502 || status === 504)
    return new ApiFailure(status, "<html><body>Bad Gateway</body></html>", headers);
  const { body } = zendeskError(
    status,
    FAULT_ERRORS[status] ?? "InternalError",
    "the sandbox was told to fail",
  );
  return new ApiFailure(status, body, headers);
}
