import type { PlatformErrorKind } from "./ports.ts";

export type AppErrorCode =
  | "request_invalid"
  | "body_too_large"
  | "signature_invalid"
  | "token_invalid"
  | "forbidden"
  | "not_found"
  | "connection_unknown"
  | "state_invalid"
  | "conflict"
  | "too_many_requests"
  | "config_invalid"
  | "platform_unavailable"
  | "unavailable";

/** An error with a stable code that clients and tests rely on; `message` is fit to show. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }
}

/** A platform did not do what was asked. `status` is its HTTP status, `null` when there was no answer. */
export class PlatformError extends Error {
  readonly kind: PlatformErrorKind;
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  constructor(
    kind: PlatformErrorKind,
    message: string,
    details: { status?: number | null; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "PlatformError";
    this.kind = kind;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}
