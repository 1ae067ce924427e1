import { vi } from "vitest";
import { type FetchMock, json } from "./card-host.ts";

export interface SeenCall {
  method: string;
  /** After `/api/hubspot/`, without the query. */
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** `hubspot.fetch` by path; a path without an answer is the test's mistake. */
export function fakeRoutes(routes: Record<string, (call: SeenCall) => Response | Promise<Response>>): {
  calls: SeenCall[];
} {
  const calls: SeenCall[] = [];
  const mock: FetchMock = vi.fn(async (address: string, options: object = {}) => {
    const url = new URL(address);
    const { method = "GET", body } = options as { method?: string; body?: unknown };
    const call = { method, path: url.pathname.replace("/api/hubspot/", ""), query: url.searchParams, body };
    calls.push(call);
    const route = routes[call.path];
    if (!route) throw new Error(`no answer was prepared for ${call.path}`);
    return route(call);
  });
  Object.assign(globalThis, { self: globalThis, hsFetch: mock });
  return { calls };
}

export const answer =
  (body: unknown, status = 200) =>
  (): Response =>
    json(body, status);
