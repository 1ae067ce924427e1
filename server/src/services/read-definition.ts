import { DomainError, parseScorecard, type Scorecard } from "@bellwether/shared";
import { AppError } from "./errors.ts";

/** Taken by addresses of the API. */
const RESERVED = new Set(["activations", "rollback"]);

/** A definition as it comes from outside. @throws {AppError} `request_invalid`; wrong weights are named with their sum */
export function readDefinition(value: unknown): Scorecard {
  try {
    const definition = parseScorecard(value);
    if (RESERVED.has(definition.version))
      throw new AppError("request_invalid", `${definition.version} cannot be the name of a version.`);
    return definition;
  } catch (error) {
    if (error instanceof DomainError) throw new AppError("request_invalid", error.message, { cause: error });
    throw error;
  }
}
