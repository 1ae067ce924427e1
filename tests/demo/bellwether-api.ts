import { type AccountHealthView, accountHealthView, bandSchema } from "@bellwether/shared";
import { z } from "zod";

/** The part of `/api/v1` that the demo reads. */

const accountsPage = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      links: z.array(z.object({ ref: z.object({ platform: z.string(), id: z.string() }) })),
      suggestions: z.array(z.object({ reason: z.string() })),
      healthScore: z.number().nullable(),
      band: bandSchema.nullable(),
      isAtRisk: z.boolean().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
export type ListedAccount = z.infer<typeof accountsPage>["accounts"][number];

const backfill = z.object({
  connections: z.array(
    z.object({
      platform: z.enum(["hubspot", "zendesk"]),
      statusReason: z.string().nullish(),
      objects: z.array(
        z.object({
          objectType: z.string(),
          recordsRead: z.number(),
          recordsTotal: z.number().nullable(),
          isDone: z.boolean(),
        }),
      ),
      isDone: z.boolean(),
    }),
  ),
});
export type Backfill = z.infer<typeof backfill>;

export class BellwetherApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async accounts(): Promise<ListedAccount[]> {
    const all: ListedAccount[] = [];
    let after: string | null = null;
    do {
      const query: string = after === null ? "limit=500" : `limit=500&after=${encodeURIComponent(after)}`;
      const page: z.infer<typeof accountsPage> = accountsPage.parse(await this.#get(`/accounts?${query}`));
      all.push(...page.accounts);
      after = page.next;
    } while (after !== null);
    return all;
  }

  async backfill(): Promise<Backfill> {
    return backfill.parse(await this.#get("/backfill"));
  }

  async health(accountId: string): Promise<AccountHealthView> {
    return accountHealthView.parse(await this.#get(`/accounts/${accountId}/health`));
  }

  /** @throws {Error} when it does not answer, or not with 200 */
  async #get(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`GET /api/v1${path} answered ${response.status}`);
    return body;
  }
}
