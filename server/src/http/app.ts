import express, { type Express, type RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { type ApiRoute, mountRoutes } from "./api-route.ts";
import type { HttpDeps } from "./deps.ts";
import { answeredInTime } from "./middleware/answered-in-time.ts";
import { requireToken } from "./middleware/bearer.ts";
import { notFoundHandler, problemHandler, sendProblem } from "./middleware/problem-handler.ts";
import { requestContext } from "./middleware/request-context.ts";
import { openApiDocument } from "./openapi.ts";
import { apiRoutes } from "./routes/api-v1.ts";
import { mountCardRoutes } from "./routes/card-routes.ts";
import { getOauthCallback, getOauthInstall } from "./routes/get-oauth.ts";
import { postHubspotWebhook, postZendeskWebhook } from "./routes/post-webhook.ts";
import { mountSegmentRoutes } from "./routes/segment-routes.ts";

export const API_VERSION = "0.1.0";
const BODY_LIMIT = "1mb";
const MINUTE_MS = 60_000;

/** Nothing that is answered here is for a cache: it is personal, carries a cookie, or is different the next moment. */
const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
};

/** Order matters: raw bytes reach the signature check before anything parses them. Never listens. */
export function createApp(deps: HttpDeps): Express {
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

  mountCardRoutes(app, deps);
  const routes = apiRoutes(deps);
  app.use("/api/v1", mountRoutes(deps, routes));

  const slow = rateLimit({
    windowMs: MINUTE_MS,
    limit: 60,
    standardHeaders: true,
    legacyHeaders: false,
    // forwarded addresses are not believed: behind a proxy all callers share this limit, which is no news for the log
    validate: { xForwardedForHeader: false },
    handler: (_req, res) =>
      sendProblem(res, "too_many_requests", "Too many sign-ins from here; try again in a minute."),
  });
  for (const platform of ["hubspot", "zendesk"] as const) {
    app.get(`/oauth/${platform}/install`, slow, getOauthInstall(deps, platform));
    app.get(`/oauth/${platform}/callback`, slow, getOauthCallback(deps, platform));
  }
  operations(app, deps, routes);
  app.use(notFoundHandler);
  app.use(problemHandler(deps));
  return app;
}

function operations(app: Express, deps: HttpDeps, routes: readonly ApiRoute[]): void {
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
  const document = openApiDocument(API_VERSION, routes);
  app.get("/openapi.json", (_req, res) => {
    res.json(document);
  });
}
