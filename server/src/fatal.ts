import { AppError, PlatformError } from "./services/errors.ts";

/** Prints what keeps the process from going on and ends it; the log may not exist yet. */
export function fatal(error: unknown): void {
  const isExpected = error instanceof AppError || error instanceof PlatformError;
  process.stderr.write(
    `${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}
