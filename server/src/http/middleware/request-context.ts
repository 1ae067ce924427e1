import type { RequestHandler } from "express";
import type { HttpDeps } from "../deps.ts";

/** Gives every request an id (in the answer, the log and every problem) and logs and measures how it ended. */
export function requestContext(
  deps: Pick<HttpDeps, "newRequestId" | "log" | "meter" | "clock">,
): RequestHandler {
  return (req, res, next) => {
    const requestId = deps.newRequestId();
    res.locals["requestId"] = requestId;
    res.setHeader("X-Request-Id", requestId);
    const startedAt = performance.now();
    res.on("finish", () => {
      const seconds = (performance.now() - startedAt) / 1000;
      // the pattern, not the path: ids in paths are many and may be personal
      const route = `${req.method} ${typeof req.route?.path === "string" ? req.baseUrl + req.route.path : "unmatched"}`;
      deps.meter.count("bellwether_http_requests_total", { route, status: String(res.statusCode) });
      deps.meter.observe("bellwether_http_seconds", { route }, seconds);
      if (res.statusCode >= 400)
        deps.log.info(
          { requestId, route, status: res.statusCode, ms: Math.round(seconds * 1000) },
          "request refused",
        );
    });
    next();
  };
}

export const requestIdOf = (res: { locals: Record<string, unknown> }): string =>
  String(res.locals["requestId"] ?? "");
