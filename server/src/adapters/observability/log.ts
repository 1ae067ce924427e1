import pino, { type Logger } from "pino";
import type { TraceFields } from "../../services/ports.ts";
import { loggedError } from "./logged-error.ts";

/**
 * Structured logs. Whatever could be a secret is cut by name, also one level down; messages never carry bodies.
 * @param level as in LOG_LEVEL
 * @param traced what to put beside every line: the request, or the job and the requests that led to it
 */
export function createLog(
  level: string,
  traced: () => TraceFields = () => ({}),
  destination?: { write(line: string): void },
): Logger {
  const secret = [
    "authorization",
    "token",
    "accessToken",
    "refreshToken",
    "secret",
    "password",
    "cookie",
    "appSecret",
    "webhookSecret",
    "code",
  ];
  const options: pino.LoggerOptions = {
    level,
    base: null,
    mixin: () => ({ ...traced() }),
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    serializers: {
      error: (error: unknown) => loggedError(error),
      err: (error: unknown) => loggedError(error),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
