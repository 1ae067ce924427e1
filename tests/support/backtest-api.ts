import { createHash, randomBytes } from "node:crypto";
import type { AccountId, Role, Scorecard } from "@bellwether/shared";
import express from "express";
import request from "supertest";
import { createShadowHistory } from "../../server/src/adapters/db/shadow-history.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import { createMeter } from "../../server/src/adapters/observability/meter.ts";
import { createTrace } from "../../server/src/adapters/observability/trace.ts";
import { mountRoutes } from "../../server/src/http/api-route.ts";
import type { HttpDeps } from "../../server/src/http/deps.ts";
import { problemHandler } from "../../server/src/http/middleware/problem-handler.ts";
import { requestContext } from "../../server/src/http/middleware/request-context.ts";
import { backtestRoutes } from "../../server/src/http/routes/backtest-routes.ts";
import { type BacktestDeps, backtestScorecard } from "../../server/src/services/backtest-scorecard.ts";
import type { ScorecardStatus } from "../../server/src/services/ports.ts";
import { plainCard } from "./backtest-book.ts";
import { observed, ScoredBook } from "./scored-book.ts";
import { ref, type Stores } from "./stores.ts";

const ADMIN_TOKEN = "admin-token";
const TOKENS = new Map<Role, string>(
  (["agent", "csm", "lead"] as const).map((role) => [role, `bw_${randomBytes(32).toString("base64url")}`]),
);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");
const SEGMENTS = ["new", "growing", "established"] as const;

export const inForce = plainCard("plain-1");
/** Green begins at 85. */
const stricter = plainCard("plain-2", { bands: { ...inForce.bands, greenFrom: 85 } });

/** A book of 60: 12 are lost, 5 of the others have 80 points, 43 have 95. */
export const LOST = 12;
export const MIDDLING = 5;
export const ALL = 60;

/** A tenant with a book whose losses are known, and the routes under test on it. */
export async function openBacktestBook(database: Database, stores: Stores, size = ALL) {
  const book = await ScoredBook.open(database, stores);
  const { tenantId } = book.world;
  const accounts: AccountId[] = [];
  for (let index = 0; index < size; index++) {
    const company = ref("company", `${index}`);
    accounts.push(await book.account(company));
    const isLost = index < LOST && size === ALL;
    const lostAgo = 5 + index * 5;
    const score = !isLost && index < LOST + MIDDLING ? 80 : 95;
    const referrals = (days: number, value: number) =>
      observed(company, book.daysAgo(days), { kind: "profile", key: "referrals", value });
    await book.tell(isLost ? [referrals(300, 95), referrals(lostAgo + 95, 10)] : [referrals(300, score)]);
    const id = accounts[index];
    if (isLost && id !== undefined) await book.outcome(id, "churned", book.daysAgo(lostAgo));
  }
  const add = (definition: Scorecard, status: ScorecardStatus = "proposed") =>
    stores.scorecards.insert(tenantId, {
      version: definition.version,
      status,
      segments: [...SEGMENTS],
      definition,
      basedOn: null,
      note: null,
      createdBy: "token:lead",
      createdAt: book.now,
      proposedBy: null,
      proposedAt: null,
      approvedBy: null,
      approvedAt: null,
      shadowSince: null,
      shadowUntil: null,
      backtest: null,
      updatedAt: book.now,
    });
  await add(inForce);
  await add(stricter);
  await book.activate("plain-1");
  const jobs: { version: string }[] = [];
  const parts: Partial<Record<keyof HttpDeps, unknown>> = {
    ...book.deps,
    clock: { now: () => book.now },
    shadowHistory: createShadowHistory(database),
    queue: { enqueue: async (_: string, job: { version: string }) => void jobs.push(job) },
    connect: { sha256 },
    log: { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined },
    settings: { publicUrl: null, hubspotClientSecret: null, adminToken: ADMIN_TOKEN, metricsToken: null },
    newRequestId: () => "r_1",
    trace: createTrace(),
    meter: createMeter(),
    tokens: {
      findByHash: async (hash: string) => {
        const role = [...TOKENS].find(([, token]) => sha256(token) === hash)?.[0];
        return role ? { id: role, name: role, tenantId, role, financial: false } : null;
      },
    },
  };
  const deps = parts as HttpDeps & BacktestDeps; // the routes under test use no other part
  const app = express()
    .use(requestContext(deps))
    .use("/api/v1", mountRoutes(deps, backtestRoutes(deps)))
    .use(problemHandler(deps));
  const call = (method: "get" | "post" | "delete", path: string, role: Role, body?: object) => {
    const query = role === "admin" ? `${path.includes("?") ? "&" : "?"}tenantId=${tenantId}` : "";
    const sent = request(app)
      [method](`/api/v1/scorecards/${path}${query}`)
      .set("Authorization", `Bearer ${TOKENS.get(role) ?? ADMIN_TOKEN}`);
    return body === undefined ? sent : sent.send(body);
  };
  const run = (version: string, change: Partial<BacktestDeps> = {}) =>
    backtestScorecard({ ...deps, ...change }, tenantId, version);
  return { book, add, accounts, jobs, deps, call, run };
}
