import type { RequestHandler } from "express";
import type { HttpDeps } from "../deps.ts";

/** Routes that take in events, and from whom. */
const INTAKE = /^POST \/(?:webhooks\/(hubspot|zendesk)|v1\/)/;

/** Gives every request an id (in the answer, the log and every problem) and logs and measures how it ended. */
export function requestContext(
  deps: Pick<HttpDeps, "newRequestId" | "log" | "meter" | "trace">,
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
      const intake = res.statusCode < 300 ? INTAKE.exec(route) : null;
      if (intake) deps.meter.observe("bellwether_ack_seconds", { source: intake[1] ?? "segment" }, seconds);
      if (res.statusCode >= 400)
        deps.log.info(
          { requestId, route, status: res.statusCode, ms: Math.round(seconds * 1000) },
          "request refused",
        );
    });
    deps.trace.run({ requestId }, next);
  };
}

export const requestIdOf = (res: { locals: Record<string, unknown> }): string =>
  String(res.locals["requestId"] ?? "");
