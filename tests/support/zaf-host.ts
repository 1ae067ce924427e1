/**
 * The host's side of the Zendesk Apps Framework, as much of it as a sidebar needs: a page embeds the built app in an
 * iframe and this answers its messages. Runs in a browser; `zaf-host-bundle.ts` makes a script of it.
 * App and page must have different origins (two ports of 127.0.0.1 are), as they have at Zendesk.
 */

/** What the app hands to `client.request`; only what this host and its proxy understand. */
export interface ZafRequestOptions {
  url: string;
  type?: string;
  headers?: Record<string, string>;
  /** The body; text. */
  data?: unknown;
  contentType?: string;
  secure?: boolean;
  jwt?: { algorithm: string; secret_key: string; expiry: number; claims: Record<string, unknown> };
  timeout?: number;
}

/** `body` is what the app's promise resolves with, text or parsed; `text` is kept for failures. */
export type ZafProxyAnswer = { ok: true; body: unknown } | { ok: false; status: number; text: string };

export interface ZafHostOptions {
  frame: HTMLIFrameElement;
  /** Absolute address of the app's page; query parameters of its own are kept. */
  appUrl: string;
  appGuid: string;
  context: Record<string, unknown>;
  metadata: { appId: number; installationId: number; settings: Record<string, unknown> };
  /** What `client.get` reads, by path. A function is asked anew at every read. Other paths answer with an error. */
  data: Record<string, unknown>;
  /** What `client.invoke` calls, by name. Unknown names answer `undefined`, as `track` of the official SDK expects. */
  actions: Record<string, (...args: unknown[]) => unknown>;
  proxy: (options: ZafRequestOptions) => Promise<ZafProxyAnswer>;
  colorScheme?: "light" | "dark";
  /** Whether to answer a message at all; for hosts that fall silent. */
  answers?: (message: ZafMessage) => boolean;
  onMessage?: (message: ZafMessage) => void;
}

export interface ZafMessage {
  id?: number;
  key?: string;
  request?: "get" | "set" | "invoke";
  params?: unknown;
  message?: unknown;
  error?: { msg?: string };
}

export interface ZafHost {
  /** Fires an event in the app, e.g. `ticket.requester.id.changed`. */
  fire(event: string, message?: unknown): void;
  /** Changes what `get` reads and fires `<path>.changed`, as Zendesk does. */
  change(path: string, value: unknown): void;
  /** Asks a hook, e.g. `ticket.save`; `null` = nothing stands in the way, else the app's reason. */
  ask(hook: string): Promise<string | null>;
  /** Events that the app listens to now. */
  listening(): ReadonlySet<string>;
  /** Tells the app to end, stops listening to it and empties the frame. */
  close(): void;
}

/** Listens, then loads the app into the frame. */
export function startZafHost(options: ZafHostOptions): ZafHost {
  const session = new HostSession(options);
  window.addEventListener("message", session.receive);
  options.frame.src = frameAddress(options);
  return session;
}

function frameAddress({ appUrl, appGuid, colorScheme }: ZafHostOptions): string {
  const url = new URL(appUrl);
  url.searchParams.set("origin", window.location.origin);
  url.searchParams.set("app_guid", appGuid);
  if (colorScheme) url.searchParams.set("colorScheme", colorScheme);
  return url.href;
}

class HostSession implements ZafHost {
  readonly #options: ZafHostOptions;
  readonly #appOrigin: string;
  readonly #data: Record<string, unknown>;
  readonly #listening = new Set<string>();
  #isRegistered = false;
  readonly #asked = new Map<string, (reason: string | null) => void>();

  constructor(options: ZafHostOptions) {
    this.#options = options;
    this.#appOrigin = new URL(options.appUrl).origin;
    this.#data = { colorScheme: options.colorScheme ?? "light", ...options.data };
  }

  fire(event: string, message?: unknown): void {
    this.#send({ key: `zaf.${event}`, message });
  }

  change(path: string, value: unknown): void {
    this.#data[path] = value;
    this.fire(`${path}.changed`, value);
  }

  ask(hook: string): Promise<string | null> {
    return new Promise((resolve) => {
      this.#asked.set(hook, resolve);
      this.#send({ key: `zaf.${hook}`, needsReply: true });
    });
  }

  listening(): ReadonlySet<string> {
    return new Set(this.#listening);
  }

  close(): void {
    // Before the handshake the frame may still show another origin's page, which the message is not for.
    if (this.#isRegistered) this.fire("app.willDestroy");
    window.removeEventListener("message", this.receive);
    this.#options.frame.removeAttribute("src");
  }

  readonly receive = (event: MessageEvent<unknown>): void => {
    if (event.source !== this.#options.frame.contentWindow || event.origin !== this.#appOrigin) return;
    const message = readMessage(event.data);
    if (!message) return;
    this.#options.onMessage?.(message);
    if (this.#options.answers?.(message) ?? true) void this.#answer(message);
  };

  async #answer(message: ZafMessage): Promise<void> {
    const key = message.key ?? "";
    if (key === "iframe.handshake") return this.#register();
    if (message.request) return this.#reply(message);
    if (/^request:\d+$/.test(key)) return this.#request(key, message.message as ZafRequestOptions);
    if (key.startsWith("iframe.reply:")) return this.#settle(key.slice("iframe.reply:".length), message);
    const [, verb, name] = /^iframe\.(on|off):(.+)$/.exec(key) ?? [];
    if (name && verb === "on") this.#listening.add(name);
    if (name && verb === "off" && !subscribers(message)) this.#listening.delete(name);
  }

  #register(): void {
    this.#isRegistered = true;
    const { context, metadata } = this.#options;
    this.fire("app.registered", { context, metadata });
  }

  async #reply(message: ZafMessage): Promise<void> {
    const result: Record<string, unknown> = {};
    const errors: Record<string, unknown> = {};
    if (message.request === "get") this.#read(message.params as string[], result, errors);
    if (message.request === "set")
      Object.assign(result, Object.assign(this.#data, message.params as Record<string, unknown>));
    if (message.request === "invoke") {
      for (const [name, args] of Object.entries(message.params as Record<string, unknown[]>)) {
        result[name] = await this.#options.actions[name]?.(...args);
      }
    }
    this.#send({ id: message.id, result: { ...result, errors } });
  }

  #read(paths: readonly string[], result: Record<string, unknown>, errors: Record<string, unknown>): void {
    for (const path of paths) {
      const value = this.#data[path];
      if (path in this.#data) result[path] = typeof value === "function" ? value() : value;
      else errors[path] = { name: "APIError", message: "is not a known path", path };
    }
  }

  async #request(key: string, request: ZafRequestOptions): Promise<void> {
    const answer = await this.#options.proxy(request);
    const failure = (status: number, text: string) => ({
      status,
      responseText: text,
      responseJSON: parsed(text),
    });
    const first = answer.ok ? answer.body : failure(answer.status, answer.text);
    this.fire(`${key}.${answer.ok ? "done" : "fail"}`, { responseArgs: [first] });
  }

  #settle(hook: string, message: ZafMessage): void {
    this.#asked.get(hook)?.(message.error ? (message.error.msg ?? "") : null);
    this.#asked.delete(hook);
  }

  #send(message: object): void {
    this.#options.frame.contentWindow?.postMessage(JSON.stringify(message), this.#appOrigin);
  }
}

/** Calls arrive as JSON text, replies to hooks as objects; anything else is not for us. */
function readMessage(data: unknown): ZafMessage | null {
  const value = typeof data === "string" ? parsed(data) : data;
  return typeof value === "object" && value !== null ? (value as ZafMessage) : null;
}

const subscribers = (message: ZafMessage): number =>
  (message.message as { subscriberCount?: number } | undefined)?.subscriberCount ?? 0;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not every message and not every answer is JSON
  }
}
