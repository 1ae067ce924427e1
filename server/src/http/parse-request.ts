import type { z } from "zod";
import { AppError } from "../services/errors.ts";

/** @throws {AppError} `request_invalid`, naming the field and what is wrong with it */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "request"}: ${issue.message}`,
  );
  throw new AppError("request_invalid", details.join("; "));
}
