// the package's own entry loads every API it knows; the client loads them when they are used, which we never do
import { Client } from "@hubspot/api-client/lib/src/client.js";
import type { IHttpOptions } from "@hubspot/api-client/lib/src/services/http/IHttpOptions.js";
import { Request } from "@hubspot/api-client/lib/src/services/http/Request.js";
import type { OutgoingFetch } from "../platform/outgoing-http.ts";

/**
 * HubSpot's own client with another way out. Its `apiRequest` builds the request (address, authorization, headers,
 * JSON) but sends it with the global `fetch`: without a time limit, following redirects with the token, and through
 * a limiter and retries that are one for the whole process and never see an error status, because it does not throw.
 * So the request stays HubSpot's and the sending is ours.
 */
export class PortalClient extends Client {
  readonly #send: OutgoingFetch;

  constructor(apiUrl: string, send: OutgoingFetch) {
    super({ basePath: apiUrl, numberOfApiCallRetries: 0 });
    this.#send = send;
  }

  /** @throws {PlatformError} as `OutgoingFetch` does; final statuses come back for the caller to check */
  override apiRequest(options: IHttpOptions & { maxAttempts?: number } = {}): Promise<Response> {
    const { maxAttempts, ...own } = options;
    const request = new Request(this.config, own);
    const init: { method: string; headers: Record<string, string>; body?: string } = request.getSendData();
    return this.#send(request.getUrl(), { ...init, ...(maxAttempts !== undefined && { maxAttempts }) });
  }

  /** The package keeps limiter and retries in one place for all its clients; ours are per connection. */
  protected override getDecorators(): [] {
    return [];
  }
}
