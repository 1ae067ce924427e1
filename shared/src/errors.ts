export type DomainErrorCode = "weights_invalid" | "scorecard_invalid" | "measure_invalid" | "model_invalid";

/** A rule of the domain was broken by the caller; `code` is stable. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  constructor(code: DomainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DomainError";
    this.code = code;
  }
}
