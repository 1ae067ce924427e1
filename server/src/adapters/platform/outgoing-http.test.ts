import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PlatformError } from "../../services/errors.ts";
import { accountOrigin, allowOrigins, assertAllowed } from "./allowed-origins.ts";
import { Limiter } from "./limiter.ts";
import { type Attempt, createOutgoingFetch, HTTP_DEFAULTS, type HttpOptions } from "./outgoing-http.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse, call: number) => void) {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    handle(request, response, calls);
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
  };
}

function outgoing(origin: string, change: Partial<HttpOptions> = {}) {
  const slept: number[] = [];
  const attempts: Attempt[] = [];
  const fetch = createOutgoingFetch({
    platformName: "HubSpot",
    allowed: allowOrigins(origin),
    limiters: [],
    ...HTTP_DEFAULTS,
    time: {
      nowMs: () => 0,
      sleep: async (ms) => void slept.push(ms),
      random: () => 0.5,
    },
    onAttempt: (attempt) => attempts.push(attempt),
    ...change,
  });
  return { fetch, slept, attempts };
}

describe("an outgoing call", () => {
  it.each([408, 423, 425, 429, 477, 500, 502, 503, 504, 521, 524])(
    "is tried again after a %i",
    async (status) => {
      const server = await serve((_, response, call) => {
        response.writeHead(call === 1 ? status : 200).end(`answer ${call}`);
      });
      const { fetch, slept } = outgoing(server.origin);
      expect(await (await fetch(`${server.origin}/x`)).text()).toBe("answer 2");
      expect(slept).toEqual([375]);
    },
  );

  it.each([400, 401, 403, 404, 409, 422, 501])("comes back at once with a %i", async (status) => {
    const server = await serve((_, response) => void response.writeHead(status).end("{}"));
    const { fetch, slept } = outgoing(server.origin);
    expect((await fetch(`${server.origin}/x`)).status).toBe(status);
    expect(server.calls()).toBe(1);
    expect(slept).toEqual([]);
  });

  it("waits as long as Retry-After says, in seconds or as a date", async () => {
    const server = await serve((_, response, call) => {
      const headers =
        call === 1
          ? { "retry-after": "7" }
          : { date: "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 10:00:03 GMT" };
      response.writeHead(call <= 2 ? 429 : 200, headers).end();
    });
    const { fetch, slept } = outgoing(server.origin);
    expect((await fetch(`${server.origin}/x`)).status).toBe(200);
    expect(slept).toEqual([7000, 3000]);
  });

  it("leaves a long wait to the caller's queue", async () => {
    const server = await serve((_, response) => {
      response.writeHead(477, { "retry-after": "3600" }).end();
    });
    const { fetch, slept } = outgoing(server.origin);
    await expect(fetch(`${server.origin}/x`)).rejects.toMatchObject({
      kind: "unavailable",
      status: 477,
      retryAfterMs: 3_600_000,
    });
    expect(slept).toEqual([]);
  });

  it("gives up after the attempts are used up, and after one where it must not run twice", async () => {
    const server = await serve((_, response) => void response.writeHead(503).end());
    const { fetch, slept, attempts } = outgoing(server.origin);
    await expect(fetch(`${server.origin}/x`)).rejects.toMatchObject({ kind: "unavailable", status: 503 });
    expect(server.calls()).toBe(4);
    expect(slept).toEqual([375, 750, 1500]);
    await expect(fetch(`${server.origin}/x`, { maxAttempts: 1 })).rejects.toThrow(PlatformError);
    expect(server.calls()).toBe(5);
    expect(attempts.map((a) => a.attempt)).toEqual([1, 2, 3, 4, 1]);
  });

  it("is tried again when the connection breaks, with the same body", async () => {
    const bodies: string[] = [];
    const server = await serve(async (request, response, call) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      bodies.push(body);
      if (call === 1) request.socket.destroy();
      else response.end("fine");
    });
    const { fetch } = outgoing(server.origin);
    const answer = await fetch(`${server.origin}/x`, { method: "POST", body: "same" });
    expect(await answer.text()).toBe("fine");
    expect(bodies).toEqual(["same", "same"]);
  });

  it("ends after the time limit, even when the body trickles", async () => {
    const server = await serve((_, response) => void response.writeHead(200).write("a"));
    const { fetch } = outgoing(server.origin, { timeoutMs: 50, maxAttempts: 1 });
    await expect(fetch(`${server.origin}/x`)).rejects.toMatchObject({ kind: "unavailable", status: null });
  });

  it("refuses an answer over the size cap", async () => {
    const server = await serve((_, response) => void response.end("x".repeat(2000)));
    const { fetch } = outgoing(server.origin, { maxBodyBytes: 1000 });
    await expect(fetch(`${server.origin}/x`)).rejects.toMatchObject({ kind: "rejected" });
    expect(server.calls()).toBe(1);
  });

  it("follows no redirect and hands the token to nobody else", async () => {
    const stranger = await serve((_, response) => void response.end("stolen"));
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `${stranger.origin}/` }).end();
    });
    const { fetch } = outgoing(server.origin);
    await expect(fetch(`${server.origin}/x`)).rejects.toMatchObject({ kind: "rejected", status: 302 });
    expect(stranger.calls()).toBe(0);
  });

  it("keeps token, query and body out of its errors", async () => {
    const server = await serve((_, response) => void response.writeHead(500).end("body-secret"));
    const { fetch } = outgoing(server.origin);
    const error = await fetch(`${server.origin}/path?q=query-secret`, {
      method: "POST",
      headers: { authorization: "Bearer token-secret" },
      body: "sent-secret",
    }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PlatformError);
    expect((error as PlatformError).message).toBe("HubSpot answered 500 to POST /path");
    expect(JSON.stringify(error) + (error as PlatformError).stack).not.toMatch(/secret/);
  });

  it("pauses the connection's limiter, so that others wait with it", async () => {
    const server = await serve((_, response, call) => {
      response.writeHead(call === 1 ? 429 : 200, call === 1 ? { "retry-after": "2" } : {}).end();
    });
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const settings = { reservoir: 100, intervalMs: 1000, maxConcurrent: 1, maxPauseMs: 15_000 };
    const limiter = new Limiter(settings, { nowMs: () => now, sleep });
    const { fetch } = outgoing(server.origin, {
      limiters: [limiter],
      time: { nowMs: () => now, sleep, random: () => 0 },
    });
    await Promise.all([fetch(`${server.origin}/a`), fetch(`${server.origin}/b`)]);
    expect(server.calls()).toBe(3);
    expect(now).toBeGreaterThanOrEqual(2000);
  });
});

describe("the list of allowed origins", () => {
  const allowed = allowOrigins(
    "https://api.hubapi.com",
    accountOrigin("https://{subdomain}.zendesk.com", "acme"),
  );

  it.each(["https://api.hubapi.com/crm/x?y=1", "https://acme.zendesk.com/api/v2/users.json"])(
    "lets %s through",
    (url) => {
      expect(assertAllowed(url, allowed).href).toBe(url);
    },
  );

  it.each([
    "http://api.hubapi.com/",
    "https://api.hubapi.com:8443/",
    "https://api.hubapi.com.evil.example/",
    "https://evil.example/api.hubapi.com",
    "https://user:pass@api.hubapi.com/",
    "https://api.hubapi.com@evil.example/",
    "https://other.zendesk.com/",
    "https://acme.zendesk.com.evil.example/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:7f00:1]/",
    "http://2130706433/",
    "file:///etc/passwd",
    "//api.hubapi.com/",
    "not a url",
    "",
  ])("refuses %s", (url) => {
    expect(() => assertAllowed(url, allowed)).toThrow(PlatformError);
  });

  it.each(["a.b", "a/b", "a@b", "a?b", "evil.example#", "-a", "", "a".repeat(64), "ä"])(
    "refuses the subdomain %j",
    (subdomain) => {
      expect(() => accountOrigin("https://{subdomain}.zendesk.com", subdomain)).toThrow(PlatformError);
    },
  );

  it.each(["https://api.hubapi.com/path", "https://a:b@c.example", "ftp://x.example", "nonsense"])(
    "refuses the setting %s",
    (setting) => {
      expect(() => allowOrigins(setting)).toThrow(PlatformError);
    },
  );
});
