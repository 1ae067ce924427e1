/** The part of Zendesk's client that this app uses. The SDK brings no types. */
export interface ZafClient {
  /** Bulk read: never rejects because of one path; such a path is missing in the result and named in `errors`. */
  get(paths: readonly string[]): Promise<Record<string, unknown>>;
  invoke(name: string, ...args: readonly unknown[]): Promise<unknown>;
  on(event: string, handler: (message: unknown) => void): void;
  off(event: string, handler: (message: unknown) => void): void;
  request(options: ZafRequest): Promise<unknown>;
}

/** A call through Zendesk's proxy, which puts in the secure setting and signs the token outside the browser. */
export interface ZafRequest {
  url: string;
  type: "GET" | "POST";
  /** JSON; only with POST. */
  data?: string;
  headers: Record<string, string>;
  secure: true;
  cors: false;
  jwt: { algorithm: "HS256"; secret_key: string; expiry: number; claims: Record<string, string> };
  timeout: number;
  contentType: string;
}

/** What `app.registered` brings. */
export interface ZafRegistration {
  context: { location: string; account?: { subdomain?: string } };
  metadata: { settings?: Record<string, unknown> };
}

/** `false` = the page was not opened by Zendesk: `origin` or `app_guid` are missing in its address. */
export interface ZafSdk {
  init(): ZafClient | false;
}

declare global {
  interface Window {
    /** Absent when Zendesk's script was blocked or did not load. */
    ZAFClient?: ZafSdk;
  }
}
