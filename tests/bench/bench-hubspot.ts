import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { companyAnswer, GAUGES } from "./bench-company.ts";

export interface BenchHubspotOptions {
  /** Ids of the companies that its lists show; others are found by their ids. */
  listed: readonly string[];
  /** Calls per 10 s that its answers name, and that it holds its caller to. */
  callsPer10s: number;
  /** Whom a company measures like, and whose written values it shows until it is written to; default itself. */
  templateOf?: (id: string) => string;
}

type Answer = readonly [status: number, body: object];
type Route = readonly [path: RegExp, answer: (url: URL, body: string) => Answer];
const WINDOW_MS = 10_000;
const PROPERTIES = ["name", "domain", "lifecyclestage", "notes_last_contacted", ...GAUGES];

/**
 * A portal that does what is measured, and no more: reads and updates of companies in batches, with earlier values,
 * under a rolling limit. The sandbox of the tests keeps histories, searches and webhooks, and costs more than the
 * product that is measured.
 */
export class BenchHubspot {
  /** Calls so far; `refused` with 429 counts in its kind, too. */
  readonly calls = { read: 0, write: 0, search: 0, refused: 0 };
  /** Every so-manieth write is answered with 429; 0 = none. */
  refuseEvery = 0;
  /** Hears of every company in an accepted write: whether its newest change had been read before, and when. */
  onWrite: (id: string, isAfterChange: boolean, acceptedAt: number) => void = () => undefined;
  readonly #options: BenchHubspotOptions;
  /** Values that were written, by company: whoever reads a record compares them with what was confirmed. */
  readonly #written = new Map<string, Readonly<Record<string, string>>>();
  readonly #changed = new Map<string, { at: string; activeUsers: number; isRead: boolean }>();
  readonly #properties = new Map<string, object>(PROPERTIES.map((name) => [name, { name, type: "string" }]));
  readonly #server = createServer((req, res) => {
    this.#serve(req).then(
      ([status, body]) => {
        res.writeHead(status, this.#headers(status));
        res.end(JSON.stringify(body));
      },
      () => res.destroy(),
    );
  });
  #starts: number[] = [];

  constructor(options: BenchHubspotOptions) {
    this.#options = options;
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @returns its origin */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** From now on the company has that many active users. */
  change(id: string, activeUsers: number): void {
    this.#changed.set(id, { at: new Date().toISOString(), activeUsers, isRead: false });
  }

  readonly #routes: readonly Route[] = [
    [/\/companies\/batch\/read$/, (_, body) => this.#read(JSON.parse(body))],
    [/\/companies\/batch\/update$/, (_, body) => this.#write(JSON.parse(body))],
    [/\/search$/, () => this.#search()],
    [/\/crm\/properties\/.*\/batch\/create$/, (_, body) => this.#create(JSON.parse(body))],
    [
      /\/crm\/properties\/.*\/groups$/,
      () => [200, { results: [{ name: "bellwether", label: "Bellwether" }] }],
    ],
    [/\/crm\/properties\/[^/]+\/companies$/, () => [200, { results: [...this.#properties.values()] }]],
    [/\/crm\/objects\/[^/]+\/companies$/, (url) => this.#list(url.searchParams)],
  ];

  async #serve(req: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const now = performance.now();
    this.#starts = this.#starts.filter((at) => at > now - WINDOW_MS);
    if (this.#starts.length >= this.#options.callsPer10s) return this.#tooMany();
    this.#starts.push(now);
    const url = new URL(req.url ?? "/", "http://portal");
    const [, answer] = this.#routes.find(([path]) => path.test(url.pathname)) ?? [];
    return answer ? answer(url, Buffer.concat(chunks).toString()) : [200, { results: [] }]; // has none of the others
  }

  #headers(status: number): Record<string, string> {
    const { callsPer10s: max } = this.#options;
    return {
      "content-type": "application/json",
      "x-hubspot-ratelimit-max": String(max),
      "x-hubspot-ratelimit-remaining": String(max - this.#starts.length),
      "x-hubspot-ratelimit-interval-milliseconds": String(WINDOW_MS),
      ...(status === 429 && { "retry-after": "1" }),
    };
  }

  #tooMany(): Answer {
    this.calls.refused += 1;
    return [429, { status: "error", errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" }];
  }

  #company(id: string, names: readonly string[], withHistory: readonly string[]): object {
    const change = this.#changed.get(id);
    if (change) change.isRead = true;
    const template = this.#options.templateOf?.(id) ?? id;
    const written = this.#written.get(id) ?? this.#written.get(template) ?? {};
    return companyAnswer(id, { change: change ?? null, written, template }, names, withHistory);
  }

  #read(asked: { inputs: { id: string }[]; properties: string[]; propertiesWithHistory?: string[] }): Answer {
    this.calls.read += 1;
    const { inputs, properties, propertiesWithHistory = [] } = asked;
    return [200, { results: inputs.map(({ id }) => this.#company(id, properties, propertiesWithHistory)) }];
  }

  #write({ inputs }: { inputs: { id: string; properties: Record<string, string> }[] }): Answer {
    this.calls.write += 1;
    if (this.refuseEvery > 0 && this.calls.write % this.refuseEvery === 0) return this.#tooMany();
    const at = performance.now();
    for (const { id, properties } of inputs) {
      this.#written.set(id, { ...this.#written.get(id), ...properties });
      this.onWrite(id, this.#changed.get(id)?.isRead === true, at);
    }
    return [200, { status: "COMPLETE", results: inputs.map(({ id }) => ({ id, properties: {} })) }];
  }

  #search(): Answer {
    this.calls.search += 1;
    return [200, { total: 0, results: [] }];
  }

  #create({ inputs }: { inputs: { name: string }[] }): Answer {
    for (const input of inputs) this.#properties.set(input.name, input);
    return [201, { results: [] }];
  }

  #list(query: URLSearchParams): Answer {
    const from = Number(query.get("after") ?? 0);
    const to = from + Number(query.get("limit") ?? 100);
    const names = (name: string): string[] => (query.get(name) ?? "").split(",");
    const { listed } = this.#options;
    const results = listed
      .slice(from, to)
      .map((id) => this.#company(id, names("properties"), names("propertiesWithHistory")));
    return [200, { results, ...(to < listed.length && { paging: { next: { after: String(to) } } }) }];
  }
}
