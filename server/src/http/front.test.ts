import request from "supertest";
import { expect, it } from "vitest";
import { AppError } from "../services/errors.ts";
import type { FrontDeps } from "./deps.ts";
import { createFront } from "./front.ts";
import { SENDER_LIMITS } from "./middleware/sender-limits.ts";

const silent = (): undefined => undefined;

/** A front whose HubSpot events are all well signed, and whose other routes come when `mount` is called. */
function frontWith(verify: () => boolean = () => true) {
  const deps: Partial<Record<keyof FrontDeps, unknown>> = {
    settings: { publicUrl: null, hubspotClientSecret: "secret", adminToken: null, metricsToken: null },
    clock: { now: () => new Date("2026-03-01T12:00:00Z") },
    log: { error: silent, warn: silent, info: silent, debug: silent },
    meter: { count: silent, observe: silent },
    trace: { run: (_: unknown, work: () => void) => work() },
    newRequestId: () => "r_1",
    hubspot: { verify, parse: () => [] },
    senderLimits: SENDER_LIMITS,
    isReady: async () => false,
  };
  const rest = Promise.withResolvers<void>();
  rest.promise.catch(silent); // nobody may be waiting yet
  const app = createFront(deps as FrontDeps, rest.promise);
  const mount = (): void => {
    app.get("/api/v1/accounts", (_req, res) => void res.json({ accounts: [] }));
    rest.resolve();
  };
  return { app, mount, fail: rest.reject };
}

it("acknowledges deliveries and says that it lives, and is not ready, while the rest is loading", async () => {
  const { app } = frontWith();
  const taken = await request(app).post("/webhooks/hubspot").send([]);
  expect([taken.status, taken.body]).toEqual([202, { accepted: 0, duplicates: 0, unknown: 0 }]);
  expect((await request(app).get("/healthz")).status).toBe(200);
  const ready = await request(app).get("/readyz");
  expect([ready.status, ready.headers["retry-after"]]).toEqual([503, "5"]);
});

it("refuses a wrong signature with a problem before there is anything behind it", async () => {
  const { app } = frontWith(() => false);
  const refused = await request(app).post("/webhooks/hubspot").send([]);
  expect([refused.status, refused.type]).toEqual([401, "application/problem+json"]);
});

it("lets a request for the rest wait until that is there", async () => {
  const { app, mount } = frontWith();
  let isAnswered = false;
  const asked = request(app)
    .get("/api/v1/accounts")
    .then((answer) => {
      isAnswered = true;
      return answer;
    });
  // another request comes and goes meanwhile
  await request(app).get("/healthz");
  expect(isAnswered).toBe(false);
  mount();
  expect((await asked).body).toEqual({ accounts: [] });
});

it("answers no request for the rest with success where that could not be loaded", async () => {
  const { app, fail } = frontWith();
  fail(new AppError("unavailable", "it cannot be loaded"));
  expect((await request(app).get("/api/v1/accounts")).status).toBeGreaterThanOrEqual(500);
});
