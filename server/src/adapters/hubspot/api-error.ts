import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import { kindOf } from "../platform/retry-rules.ts";

const context = z.record(z.string(), z.array(z.string()).catch([])).catch({});

/** Fields of HubSpot's errors; all of them may be absent. */
const errorBody = z.object({
  category: z.string().max(100).optional().catch(undefined),
  subCategory: z.string().max(200).optional().catch(undefined),
  correlationId: z.string().max(100).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  policyName: z.string().optional().catch(undefined),
  /** OAuth: `invalid_grant` and the like, and `BAD_REFRESH_TOKEN`. */
  error: z.string().max(100).optional().catch(undefined),
  status: z.string().max(100).optional().catch(undefined),
  context: context.optional(),
  errors: z
    .array(z.object({ code: z.string().optional(), context: context.optional() }))
    .optional()
    .catch(undefined),
});
export type HubspotErrorBody = z.infer<typeof errorBody>;

export function parseErrorBody(body: unknown): HubspotErrorBody {
  const parsed = errorBody.safeParse(body);
  return parsed.success ? parsed.data : {};
}

/**
 * HubSpot answered and said no. Its own words stay in a private field: they may quote values of records, and a
 * log must not carry those.
 */
export class HubspotRefusal extends PlatformError {
  readonly category: string | null;
  readonly #body: HubspotErrorBody;

  constructor(what: string, status: number, body: unknown) {
    const parsed = parseErrorBody(body);
    const names = [
      parsed.category ?? parsed.error,
      parsed.correlationId && `correlation ${parsed.correlationId}`,
    ];
    const reason = names.filter((name) => name).join(", ");
    super(kindOf(status), `HubSpot answered ${status} to ${what}${reason && ` (${reason})`}`, { status });
    this.name = "HubspotRefusal";
    this.category = parsed.category ?? null;
    this.#body = parsed;
  }

  /** A batch was refused for what is in it, so that a part of it may pass. */
  get isAboutContent(): boolean {
    const isRecordGone = this.status === 404 && this.category === "OBJECT_NOT_FOUND";
    return this.status === 400 || this.status === 409 || this.status === 422 || isRecordGone;
  }

  /** HubSpot's own words, shortened, for the write-back log that the admin reads. */
  get explanation(): string {
    return (this.#body.message ?? this.category ?? `status ${this.status}`).slice(0, 200);
  }

  /** Ids of records and of inputs that the error names. */
  get namedIds(): ReadonlySet<string> {
    const contexts = [this.#body.context, ...(this.#body.errors ?? []).map((error) => error.context)];
    return new Set(contexts.flatMap((named) => Object.values(named ?? {}).flat()));
  }

  /** A property that we write is not there, or not any more. */
  get isPropertyMissing(): boolean {
    const codes = this.#body.errors?.map((error) => error.code) ?? [];
    return (
      this.status === 400 &&
      [this.category, this.#body.message, ...codes].some((text) => text?.includes("PROPERTY_DOESNT_EXIST"))
    );
  }

  /** The refresh token or the code is no longer good; a person has to connect again. */
  get isGrantGone(): boolean {
    const { error, status } = this.#body;
    return error === "invalid_grant" || status === "BAD_REFRESH_TOKEN" || status === "BAD_AUTH_CODE";
  }
}
