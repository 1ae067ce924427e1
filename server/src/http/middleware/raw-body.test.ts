import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import express from "express";
import request from "supertest";
import { expect, it } from "vitest";
import { serveHttp, stopServing } from "../../serve-http.ts";
import { problemHandler } from "./problem-handler.ts";
import { rawBody } from "./raw-body.ts";

const silent = (): undefined => undefined;
const LIMIT = 100;

const app = express();
app.post("/", rawBody(LIMIT), (req, res) => {
  res.json({ isBytes: Buffer.isBuffer(req.body), text: String(req.body ?? "") });
});
app.use(problemHandler({ log: { error: silent, warn: silent, info: silent, debug: silent } }));

it.each([
  ["text", "{}"],
  ["nothing", ""],
  ["as much as is allowed", "a".repeat(LIMIT)],
])("hands on the bytes of a body with a length: %s", async (_, text) => {
  const answer = await request(app).post("/").set("Content-Length", String(text.length)).send(text);
  expect(answer.body).toEqual({ isBytes: true, text });
});

it("hands on what a compressed body says, up to the limit", async () => {
  const send = (text: string) =>
    request(app)
      .post("/")
      .set("Content-Encoding", "gzip")
      .serialize((bytes) => bytes)
      .send(gzipSync(text));
  expect((await send("hello")).body).toEqual({ isBytes: true, text: "hello" });
  expect((await send("a".repeat(LIMIT + 1))).status).toBe(413);
});

it("refuses a body over the limit, whether it says its length or not", async () => {
  expect(
    (
      await request(app)
        .post("/")
        .send("a".repeat(LIMIT + 1))
    ).status,
  ).toBe(413);
  expect((await chunked("a".repeat(LIMIT + 1))).startsWith("HTTP/1.1 413")).toBe(true);
  expect(await chunked("abc")).toContain('"text":"abc"');
});

/** @returns the answer to a body that does not say how long it is */
async function chunked(text: string): Promise<string> {
  const server = await serveHttp(app, 0);
  try {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    const socket = connect(address.port, "127.0.0.1").setEncoding("latin1");
    socket.write(
      `POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
        `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
    );
    let answer = "";
    socket.on("data", (part: string) => {
      answer += part;
    });
    await once(socket, "close");
    return answer;
  } finally {
    await stopServing(server, 1_000);
  }
}
