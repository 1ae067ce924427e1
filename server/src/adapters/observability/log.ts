import pino, { type Logger } from "pino";

/**
 * Structured logs. Whatever could be a secret is cut by name, also one level down; messages never carry bodies.
 * @param level as in LOG_LEVEL
 */
export function createLog(level: string, destination?: { write(line: string): void }): Logger {
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
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
  };
  return destination ? pino(options, destination) : pino(options);
}
