import express, { type Express } from "express";
import type { FrontDeps } from "./deps.ts";
import { answeredInTime } from "./middleware/answered-in-time.ts";
import { requireToken } from "./middleware/bearer.ts";
import { problemHandler, sendProblem } from "./middleware/problem-handler.ts";
import { rawBody } from "./middleware/raw-body.ts";
import { requestContext } from "./middleware/request-context.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { postHubspotWebhook, postZendeskWebhook } from "./routes/post-webhook.ts";
import { mountSegmentRoutes } from "./routes/segment-routes.ts";

const BODY_LIMIT = 1024 * 1024;

/**
 * What events come in by, and what says how the process is. Order matters: raw bytes reach the signature check before
 * anything parses them. Never listens.
 * @param rest resolves when the other routes are mounted behind these; requests for them wait for it
 */
export function createFront(deps: FrontDeps, rest: Promise<void>): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag"); // nothing is for a cache
  app.set("query parser", "simple");
  app.use(requestContext(deps));
  app.use(securityHeaders());
  const raw = rawBody(BODY_LIMIT);
  app.post("/webhooks/hubspot", raw, answeredInTime(postHubspotWebhook(deps)));
  app.post("/webhooks/zendesk/:connectionId", raw, answeredInTime(postZendeskWebhook(deps)));
  mountSegmentRoutes(app, deps);
  operations(app, deps);
  app.use(problemHandler(deps));
  app.use((_req, _res, next) => {
    void rest.then(() => next(), next);
  });
  return app;
}

function operations(app: Express, deps: FrontDeps): void {
  app.get("/healthz", (_req, res) => {
    res.json({ status: "ok" });
  });
  app.get("/readyz", async (_req, res) => {
    const isReady = await deps.isReady();
    if (isReady) res.json({ status: "ready" });
    else sendProblem(res, "unavailable", "The database is not reachable or not migrated yet.");
  });
  const { metricsToken } = deps.settings;
  const guard = metricsToken === null ? [] : [requireToken(metricsToken, "METRICS_TOKEN")];
  app.get("/metrics", ...guard, async (_req, res) => {
    const { contentType, body } = await deps.metricsText();
    res.type(contentType).send(body);
  });
}
