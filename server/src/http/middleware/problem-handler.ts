import type { Problem } from "@bellwether/shared";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { AppError, type AppErrorCode, PlatformError } from "../../services/errors.ts";
import type { HttpDeps } from "../deps.ts";
import { requestIdOf } from "./request-context.ts";

/** The only place that maps error codes to HTTP. */
const STATUS = {
  request_invalid: [400, "Bad Request"],
  state_invalid: [400, "Bad Request"],
  signature_invalid: [401, "Unauthorized"],
  token_invalid: [401, "Unauthorized"],
  forbidden: [403, "Forbidden"],
  not_found: [404, "Not Found"],
  connection_unknown: [404, "Not Found"],
  conflict: [409, "Conflict"],
  body_too_large: [413, "Content Too Large"],
  too_many_requests: [429, "Too Many Requests"],
  // ours to put right; senders of events try again after a 503 with Retry-After only
  config_invalid: [503, "Service Unavailable"],
  platform_unavailable: [502, "Bad Gateway"],
  unavailable: [503, "Service Unavailable"],
} satisfies Record<AppErrorCode, readonly [number, string]>;
const RETRY_AFTER_S = "5";

export function sendProblem(res: Response, code: AppErrorCode | "internal", detail: string): void {
  const [status, title] = code === "internal" ? [500, "Internal Server Error"] : STATUS[code];
  const body: Problem = {
    type: `/problems/${code}`,
    title,
    status,
    code,
    detail,
    requestId: requestIdOf(res),
  };
  if (status === 503) res.setHeader("Retry-After", RETRY_AFTER_S);
  if (status === 401) res.setHeader("WWW-Authenticate", "Bearer");
  res.status(status).type("application/problem+json").send(JSON.stringify(body));
}

export const notFoundHandler: RequestHandler = (_req, res) =>
  sendProblem(res, "not_found", "There is nothing at this address.");

interface RequestError {
  status: number;
  type?: unknown;
}
/** From the router or the body parser: an address or a body that cannot be decoded is the sender's trouble. */
const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error &&
  "status" in error &&
  typeof error.status === "number" &&
  error.status >= 400 &&
  error.status < 500;

/** Unknown errors answer without their message; the log has the rest under the request's id. */
export function problemHandler(deps: Pick<HttpDeps, "log">): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof AppError && error.code !== "config_invalid")
      return sendProblem(res, error.code, error.message);
    if (error instanceof PlatformError) {
      deps.log.warn({ error, requestId: requestIdOf(res) }, "request failed at the platform");
      return sendProblem(res, "platform_unavailable", error.message);
    }
    if (isRequestError(error)) return sendRequestProblem(res, error);
    deps.log.error({ error, requestId: requestIdOf(res) }, "request failed");
    // a sender of events must try again; a 5xx without Retry-After would be final for some of them
    sendProblem(res, "unavailable", "Something went wrong on our side. Please try again.");
  };
}

const BODY_PROBLEMS: Readonly<Record<string, [AppErrorCode, string]>> = {
  "entity.too.large": ["body_too_large", "The body is over the limit."],
  "request.aborted": ["request_invalid", "The request ended before its body."],
};

function sendRequestProblem(res: Response, { type }: RequestError): void {
  const [code, detail] = BODY_PROBLEMS[String(type)] ?? [
    "request_invalid" as const,
    "The address or the body cannot be decoded.",
  ];
  sendProblem(res, code, detail);
}
