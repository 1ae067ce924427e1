import type { Express } from "express";
import { rateLimit } from "express-rate-limit";
import { mountRoutes } from "./api-route.ts";
import { API_VERSION } from "./api-version.ts";
import type { HttpDeps } from "./deps.ts";
import { createFront } from "./front.ts";
import { notFoundHandler, problemHandler, sendProblem } from "./middleware/problem-handler.ts";
import { openApiDocument } from "./openapi.ts";
import { apiRoutes } from "./routes/api-v1.ts";
import { mountCardRoutes } from "./routes/card-routes.ts";
import { getOauthCallback, getOauthInstall } from "./routes/get-oauth.ts";

const MINUTE_MS = 60_000;

/** All routes at once. Never listens. */
export function createApp(deps: HttpDeps): Express {
  const app = createFront(deps, Promise.resolve());
  mountRest(app, deps);
  return app;
}

/** Everything but the front, behind it: what people and their apps ask for, and the answer where there is nothing. */
export function mountRest(app: Express, deps: HttpDeps): void {
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
  const document = openApiDocument(API_VERSION, routes);
  app.get("/openapi.json", (_req, res) => {
    res.json(document);
  });
  app.use(notFoundHandler);
  app.use(problemHandler(deps));
}
