import { problem, segmentSchema } from "@bellwether/shared";
import { z } from "zod";

const answerSchema = z.object({
  version: z.string(),
  status: z.string(),
  revision: z.string(),
  segments: z.array(segmentSchema),
  definition: z.record(z.string(), z.unknown()),
});
export type ScorecardAnswer = z.infer<typeof answerSchema>;

const environmentSchema = z.object({
  BELLWETHER_URL: z.url("BELLWETHER_URL has to be the server's address").default("http://127.0.0.1:3000"),
  BELLWETHER_TOKEN: z.string().min(1).optional(),
  ADMIN_TOKEN: z.string().min(1).optional(),
});

const TIMEOUT_MS = 30_000;

/** The part of `/api/v1/scorecards` that files need. */
export class ScorecardApi {
  readonly #url: string;
  readonly #token: string;
  readonly #tenant: string | null;

  /** @throws {Error} naming the setting that is missing or wrong */
  constructor(environment: Readonly<Record<string, string | undefined>>, tenant: string | null) {
    const parsed = environmentSchema.safeParse(environment);
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
    const token = parsed.data.BELLWETHER_TOKEN ?? parsed.data.ADMIN_TOKEN;
    if (token === undefined) throw new Error("Set BELLWETHER_TOKEN to a token of yours, or ADMIN_TOKEN.");
    this.#url = parsed.data.BELLWETHER_URL;
    this.#token = token;
    this.#tenant = tenant;
  }

  /** `null` = there is none of this name. */
  async find(version: string): Promise<ScorecardAnswer | null> {
    const response = await this.#call("GET", `/${encodeURIComponent(version)}`);
    return response.status === 404 ? null : this.#read(response);
  }

  async create(body: object): Promise<ScorecardAnswer> {
    return this.#read(await this.#call("POST", "", body));
  }

  async change(version: string, body: object): Promise<ScorecardAnswer> {
    return this.#read(await this.#call("PUT", `/${encodeURIComponent(version)}`, body));
  }

  async propose(version: string, note: string): Promise<ScorecardAnswer> {
    return this.#read(await this.#call("POST", `/${encodeURIComponent(version)}/propose`, { note }));
  }

  async #call(method: string, path: string, body?: object): Promise<Response> {
    const url = new URL(`/api/v1/scorecards${path}`, this.#url);
    if (this.#tenant !== null) url.searchParams.set("tenantId", this.#tenant);
    return fetch(url, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Error(`${url.origin} does not answer; is BELLWETHER_URL right?`, { cause: error });
    });
  }

  /** @throws {Error} with the server's words */
  async #read(response: Response): Promise<ScorecardAnswer> {
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return answerSchema.parse(body);
    const refusal = problem.safeParse(body);
    throw new Error(refusal.success ? refusal.data.detail : `The server answered ${response.status}.`);
  }
}
