import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, ask, newAgent } from "../../support/load-balancer.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

describe("the faults' own TCP proxy", () => {
  let server: Server;
  let proxy: TcpProxy;
  let arrived: string[];
  const agent = newAgent(1);

  beforeEach(async () => {
    arrived = [];
    server = createServer((req, res) => {
      arrived.push(req.url ?? "");
      res.end(`answer to ${req.url} ${"x".repeat(200)} the end`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    proxy = await startTcpProxy((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const get = (path: string): Promise<Answer | string> =>
    ask(agent, proxy.port, { method: "GET", path, headers: {}, body: Buffer.alloc(0) });
  /** `null` = nothing came within the time. */
  const within = <T>(ms: number, work: Promise<T>): Promise<T | null> =>
    Promise.race([work, new Promise<null>((resolve) => setTimeout(resolve, ms, null))]);

  it("passes everything on where there is no trouble", async () => {
    for (const path of ["/1", "/2"]) expect(await get(path)).toMatchObject({ status: 200 });
    expect(arrived).toEqual(["/1", "/2"]);
  });

  it("delays both ways", async () => {
    await get("/1");
    proxy.trouble({ latencyMs: 150 });
    const before = performance.now();
    await get("/2");
    expect(performance.now() - before).toBeGreaterThan(280);
  });

  it("resets what is open, and cuts what is new as long as it refuses", async () => {
    proxy.trouble({ swallows: "answers" });
    const waiting = get("/1");
    while (arrived.length === 0) await within(5, waiting);
    expect(proxy.resetAll()).toBe(1);
    expect(await waiting).toBe("ECONNRESET");
    proxy.trouble({ refuses: true });
    expect(await get("/2")).toBe("ECONNRESET");
    proxy.trouble({});
    expect(await get("/3")).toMatchObject({ status: 200 });
    expect(arrived).toEqual(["/1", "/3"]);
  });

  it("leaves connections half open: the request is carried out or not, and nothing comes back", async () => {
    proxy.trouble({ swallows: "requests" });
    expect(await within(150, get("/1"))).toBeNull();
    expect(arrived).toEqual([]);
    proxy.resetAll();
    proxy.trouble({ swallows: "answers" });
    expect(await within(150, get("/2"))).toBeNull();
    expect(arrived).toEqual(["/2"]);
    proxy.resetAll();
  });

  it("tells late that the other side has closed", async () => {
    await get("/1");
    proxy.trouble({ slowCloseMs: 200 });
    server.closeAllConnections();
    expect(proxy.open).toBeLessThanOrEqual(1);
    const before = performance.now();
    const [socket] = Object.values(agent.freeSockets).flat();
    await new Promise((resolve) => socket?.once("close", resolve));
    expect(performance.now() - before).toBeGreaterThan(150);
  });

  it("cuts in the middle of a stream, or after a request that was carried out", async () => {
    const half = proxy.cut({ direction: "answer", pattern: "answer to /1", after: 120 });
    expect(await get("/1")).toBe("ECONNRESET");
    await half;
    const applied = proxy.cut({ direction: "answer", pattern: "answer to /3", after: 0 });
    expect(await get("/2")).toMatchObject({ status: 200 });
    const lost = ask(newAgent(1), proxy.port, {
      method: "GET",
      path: "/3",
      headers: {},
      body: Buffer.alloc(0),
    });
    expect(await lost).toBe("ECONNRESET");
    await applied;
    expect(arrived).toContain("/3");
  });

  it("says when something passes, the n-th time too", async () => {
    const second = proxy.seen("request", /GET \/again/, 2);
    await get("/again");
    expect(await within(20, second)).toBeNull();
    await get("/again");
    await second;
  });
});
