import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import type { FrontDeps } from "./deps.ts";
import { answeredInTime } from "./middleware/answered-in-time.ts";
import { requireToken } from "./middleware/bearer.ts";
import { problemHandler, sendProblem } from "./middleware/problem-handler.ts";
import { requestContext } from "./middleware/request-context.ts";
import { postHubspotWebhook, postZendeskWebhook } from "./routes/post-webhook.ts";
import { mountSegmentRoutes } from "./routes/segment-routes.ts";

const BODY_LIMIT = "1mb";

/** Nothing that is answered here is for a cache: it is personal, carries a cookie, or is different the next moment. */
const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
};

/**
 * What events come in by, and what says how the process is. Order matters: raw bytes reach the signature check before
 * anything parses them. Never listens.
 * @param rest resolves when the other routes are mounted behind these; requests for them wait for it
 */
export function createFront(deps: FrontDeps, rest: Promise<void>): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.use(requestContext(deps));
  app.use(helmet());
  app.use(noStore);
  const raw = express.raw({ type: () => true, limit: BODY_LIMIT, inflate: true });
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
