import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Zendesk as far as organizations are updated in bulk: a job that is queued at first and done when it is asked for. */
export class BenchZendesk {
  /** Bulk updates so far. */
  jobs = 0;
  searches = 0;
  readonly #open = new Map<string, string[]>();
  readonly #server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    res.writeHead(200, { "content-type": "application/json", "x-rate-limit": "2500" });
    res.end(JSON.stringify(this.#answer(req.url ?? "", Buffer.concat(chunks).toString())));
  });

  /** @returns its origin */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string, body: string): object {
    if (path.includes("/search")) {
      this.searches += 1;
      return { results: [], count: 0 };
    }
    if (path.includes("/organizations/update_many")) return this.#update(JSON.parse(body));
    const [, id = ""] = /\/job_statuses\/(\w+)/.exec(path) ?? [];
    const results = (this.#open.get(id) ?? []).map((each) => ({
      id: Number(each),
      success: true,
      status: "Updated",
    }));
    return { job_status: { id, status: "completed", results } };
  }

  #update({ organizations }: { organizations: { id: number }[] }): object {
    const id = `job${++this.jobs}`;
    this.#open.set(
      id,
      organizations.map((organization) => String(organization.id)),
    );
    return { job_status: { id, status: "queued" } };
  }
}
