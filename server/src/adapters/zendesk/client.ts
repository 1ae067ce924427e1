import nodeZendesk from "node-zendesk";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { OutgoingFetch } from "../platform/outgoing-http.ts";
import { refusedAgain } from "../platform/refused-again.ts";
import { kindOf } from "../platform/retry-rules.ts";
import type { Lane, Lanes } from "./lanes.ts";
import type { TokenSource } from "./token-source.ts";

/** Sent with every call of a marketplace app; all three come from the settings. */
export interface MarketplaceHeaders {
  name?: string | undefined;
  organizationId?: string | undefined;
  appId?: string | undefined;
}

export interface CallOptions {
  query?: Readonly<Record<string, string>>;
  /** Default `live`. */
  lane?: Lane;
}

/** Path segments below `/api/v2`; each is encoded, so that no id can lead elsewhere. */
export type ApiPath = readonly string[];

/**
 * Zendesk's REST API of one connection. Every answer is checked against a schema; anything but success is thrown.
 * @throws {PlatformError} on every method
 */
export interface ZendeskClient {
  get<T>(path: ApiPath, schema: z.ZodType<T>, options?: CallOptions): Promise<T>;
  put<T>(path: ApiPath, body: object, schema: z.ZodType<T>, options?: CallOptions): Promise<T>;
  patch<T>(path: ApiPath, body: object, schema: z.ZodType<T>, options?: CallOptions): Promise<T>;
  /** Creates something, so it is sent once: whoever calls again looks first whether it is there by now. */
  post<T>(path: ApiPath, body: object, schema: z.ZodType<T>, options?: CallOptions): Promise<T>;
}

interface Call {
  method: "GET" | "PUT" | "PATCH" | "POST";
  url: string;
  body: object | undefined;
  lane: Lane;
}

export function createZendeskClient(deps: {
  origin: string;
  lanes: Lanes;
  tokens: TokenSource;
  marketplace: MarketplaceHeaders;
}): ZendeskClient {
  const endpoint = `${deps.origin}/api/v2`;
  const customHeaders = headersOf(deps.marketplace);
  const attempt = (call: Call, token: string) =>
    send({ endpoint, token, customHeaders, fetch: deps.lanes.fetchFor(call.lane) }, call);

  async function request<T>(
    method: Call["method"],
    path: ApiPath,
    body: object | undefined,
    schema: z.ZodType<T>,
    { query = {}, lane = "live" }: CallOptions = {},
  ): Promise<T> {
    const call = { method, url: urlOf(endpoint, path, query), body, lane };
    const token = await deps.tokens.current();
    try {
      return readAnswer(await attempt(call, token), schema, call);
    } catch (error) {
      if (!isTokenRefused(error)) throw error;
      const renewed = await deps.tokens.renew(token);
      const second = await attempt(call, renewed).catch((again: unknown) => {
        throw isTokenRefused(again) ? refusedAgain("Zendesk") : again;
      });
      return readAnswer(second, schema, call);
    }
  }
  return {
    get: (path, schema, options) => request("GET", path, undefined, schema, options),
    put: (path, body, schema, options) => request("PUT", path, body, schema, options),
    patch: (path, body, schema, options) => request("PATCH", path, body, schema, options),
    post: (path, body, schema, options) => request("POST", path, body, schema, options),
  };
}

const isTokenRefused = (error: unknown): boolean =>
  error instanceof PlatformError && error.kind === "unauthorized";

/**
 * One call through node-zendesk's transporter, which adds authorization and headers. Its methods above that are
 * left aside: they unwrap answers and lose the cursors in them, take refused calls for data, add `page[size]` to
 * exports and stop after the first page. An address that is already complete it takes as it is.
 */
async function send(
  setup: { endpoint: string; token: string; customHeaders: Record<string, string>; fetch: OutgoingFetch },
  call: Call,
): Promise<unknown> {
  const client = nodeZendesk.createClient({
    endpointUri: setup.endpoint,
    token: setup.token,
    oauth: true,
    throwOriginalException: true,
    customHeaders: setup.customHeaders,
    transportConfig: { transportFn: transportOver(setup.fetch), responseAdapter: adaptAnswer },
  });
  const { result } = await client.tickets.transporter.request(call.method, call.url, call.body);
  return result;
}

interface TransportOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
}
const transportOver = (fetch: OutgoingFetch) => async (url: string, options: TransportOptions) => {
  const { method, headers, body } = options;
  const answer = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    ...(method === "POST" && { maxAttempts: 1 }),
  });
  if (!answer.ok) throw await refusal(answer, method, url);
  return answer;
};

const adaptAnswer = (answer: Response) => ({
  json: () => answer.json(),
  status: answer.status,
  statusText: answer.statusText,
  headers: { get: (name: string) => answer.headers.get(name) },
});

/** What Zendesk says of a refusal, as far as it is fit for a log: codes and field names, no values. */
const errorBody = z.object({
  error: z.union([z.string(), z.object({ title: z.string() }).transform((error) => error.title)]).catch(""),
  details: z
    .record(z.string(), z.unknown())
    .transform((details) => Object.keys(details).join(", "))
    .catch(""),
});

async function refusal(answer: Response, method: string, url: string): Promise<PlatformError> {
  const text = await answer.text();
  const parsed = errorBody.safeParse(parseJson(text));
  const said = parsed.success ? [parsed.data.error, parsed.data.details].filter(Boolean).join(": ") : "";
  const message = `Zendesk answered ${answer.status} to ${method} ${new URL(url).pathname}`;
  return new PlatformError(kindOf(answer.status), said ? `${message} (${said.slice(0, 200)})` : message, {
    status: answer.status,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a refusal may carry a web page, or nothing
  }
}

function readAnswer<T>(result: unknown, schema: z.ZodType<T>, call: Call): T {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") || "body";
  const path = new URL(call.url).pathname;
  throw new PlatformError(
    "unavailable",
    `Zendesk's answer to ${call.method} ${path} has no usable ${where}`,
    {
      cause: parsed.error,
    },
  );
}

/** Webhooks and surveys are addressed without `.json`, everything else with it. */
const PLAIN_PATHS: ReadonlySet<string | undefined> = new Set(["webhooks", "guide"]);

function urlOf(endpoint: string, path: ApiPath, query: Readonly<Record<string, string>>): string {
  const ending = PLAIN_PATHS.has(path[0]) ? "" : ".json";
  const url = `${endpoint}/${path.map(encodeURIComponent).join("/")}${ending}`;
  const search = new URLSearchParams(query).toString();
  return search === "" ? url : `${url}?${search}`;
}

const headersOf = ({ name, organizationId, appId }: MarketplaceHeaders): Record<string, string> => ({
  ...(name && { "X-Zendesk-Marketplace-Name": name }),
  ...(organizationId && { "X-Zendesk-Marketplace-Organization-Id": organizationId }),
  ...(appId && { "X-Zendesk-Marketplace-App-Id": appId }),
});
