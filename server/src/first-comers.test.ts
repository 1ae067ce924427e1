import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { answerFirstComers } from "./first-comers.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server, and somebody who has sent a request to it; whether the server has seen that yet is open. */
async function withSomebodyAtTheDoor(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1", () => client.write("GET / HTTP/1.1\r\nHost: us\r\n\r\n"));
  client.on("error", () => undefined); // cut off at the end
  return server;
}

it("waits until whoever came is answered", async () => {
  let isAnswered = false;
  const server = await withSomebodyAtTheDoor(async (_req, res) => {
    await sleep(100);
    res.end(() => {
      isAnswered = true;
    });
  });
  await answerFirstComers(server, { comeMs: 30, mostMs: 60_000 });
  expect(isAnswered).toBe(true);
});

it("sees whoever came while the thread was busy", async () => {
  let isAnswered = false;
  const server = await withSomebodyAtTheDoor((_req, res) => {
    isAnswered = true;
    res.end();
  });
  await new Promise((resolve) => setImmediate(resolve)); // the request is on its way to the kernel
  const waiting = answerFirstComers(server, { comeMs: 10, mostMs: 60_000 });
  const until = performance.now() + 50;
  while (performance.now() < until);
  await waiting;
  expect(isAnswered).toBe(true);
});

it("waits no longer than it may", async () => {
  let isAsked = false;
  const server = await withSomebodyAtTheDoor(() => {
    isAsked = true; // and gives no answer
  });
  await answerFirstComers(server, { comeMs: 30, mostMs: 100 });
  expect(isAsked).toBe(true);
});

it("waits for nobody where nobody comes", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  await answerFirstComers(server, { comeMs: 1, mostMs: 60_000 });
  expect(server.listenerCount("request")).toBe(0);
});
