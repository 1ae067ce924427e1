import express, { type RequestHandler } from "express";
import request from "supertest";
import { expect, it } from "vitest";
import { AppError } from "../../services/errors.ts";
import { answeredInTime } from "./answered-in-time.ts";
import { problemHandler } from "./problem-handler.ts";

const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

const appWith = (handler: RequestHandler, answerMs: number) => {
  const app = express();
  app.use((_req, res, next) => {
    res.locals["requestId"] = "r_1";
    next();
  });
  app.post("/", answeredInTime(handler, answerMs));
  app.use(problemHandler({ log: silent }));
  return app;
};

it("leaves answers that come in time as they are", async () => {
  const app = appWith(async (_req, res) => void res.status(202).json({ accepted: 1 }), 60_000);
  expect((await request(app).post("/")).status).toBe(202);
  const failing = appWith(async () => {
    throw new AppError("request_invalid", "no");
  }, 60_000);
  expect((await request(failing).post("/")).status).toBe(400);
});

it.each(["stores", "fails"])(
  "answers 503 with Retry-After for one that waits, and nothing more when it %s",
  async (end) => {
    let go: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    const ended = Promise.withResolvers<void>();
    const app = appWith(async (_req, res) => {
      await waiting;
      setImmediate(ended.resolve);
      if (end === "fails") throw new AppError("unavailable", "the database is away");
      res.status(202).json({ accepted: 1 });
    }, 20);
    const answer = await request(app).post("/");
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(answer.body).toMatchObject({ code: "unavailable" });
    go();
    await ended.promise;
  },
);
