import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "./index.ts";

export const SOME_DAY = new Date("2026-11-20T09:30:00.000Z");

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON of any shape, or text. */
  body: ReturnType<typeof JSON.parse>;
}

export interface Started {
  sandbox: Sandbox;
  hubspot(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  zendesk(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Moves the sandbox's clock. */
  pass(ms: number): void;
}

/** A sandbox with a clock that stands still, stopped when the test ends. */
export async function started(options: Partial<SandboxOptions> = {}): Promise<Started> {
  let nowMs = SOME_DAY.getTime();
  const sandbox = await startSandbox({
    seed: 1,
    accounts: 6,
    now: () => new Date(nowMs),
    retryScale: 0.001,
    ...options,
  });
  onTestFinished(() => sandbox.stop());
  return {
    sandbox,
    hubspot: (method, path, body, token = sandbox.hubspotAccessToken) =>
      call(sandbox.hubspotUrl + path, method, body, token),
    zendesk: (method, path, body, token = sandbox.zendeskAccessToken) =>
      call(sandbox.zendeskUrl + path, method, body, token),
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

export async function call(url: string, method: string, body?: unknown, token?: string): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    redirect: "manual",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") === true;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
}

/** Takes webhooks in; `answers` are given in turn, the last one for good. */
export async function receiver(
  answers: readonly { status: number; retryAfterS?: number }[] = [{ status: 200 }],
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({ path: req.url ?? "", headers: req.headers, body: Buffer.concat(chunks).toString() });
      if (answer?.retryAfterS !== undefined) res.setHeader("retry-after", answer.retryAfterS);
      res.writeHead(answer?.status ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
