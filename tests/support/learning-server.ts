import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import {
  type AccountId,
  accountId,
  DAY_MS,
  type Observation,
  seededRandom,
  type TenantId,
} from "@bellwether/shared";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { bindJobs } from "../../server/src/bind-jobs.ts";
import { compose, type Parts } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { createApp } from "../../server/src/http/app.ts";
import { serveHttp, stopServing } from "../../server/src/serve-http.ts";
import { newTenant } from "./database.ts";
import { ADMIN_TOKEN, newStorage } from "./one-company.ts";

/** The product in this process, with its jobs and its API, on books that a test makes up. */
export async function startLearningServer(kind: "embedded" | "server") {
  const storage = await newStorage(kind);
  const config = readConfig({ ...storage.environment, ADMIN_TOKEN, LOG_LEVEL: "silent" });
  const parts = await compose(config, createLog("silent"), true);
  const server = await serveHttp(createApp(parts), 0);
  const stopJobs = await bindJobs(parts);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = (method: string, path: string, tenant: TenantId, body?: unknown, token = ADMIN_TOKEN) =>
    fetch(`${url}/api/v1${path}${path.includes("?") ? "&" : "?"}tenantId=${tenant}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    parts,
    url,
    call,
    stop: async () => {
      stopJobs();
      await Promise.all([stopServing(server, 1_000), parts.queue.stop(5_000)]);
      await parts.close();
      await storage.remove();
    },
  };
}
export type LearningServer = Awaited<ReturnType<typeof startLearningServer>>;

export interface Book {
  tenant: TenantId;
  accounts: AccountId[];
  lost: { account: AccountId; companyId: string; at: Date }[];
}

const WINDOWS = 8;
const WINDOW_DAYS = 90;
const START_DAYS = WINDOWS * WINDOW_DAYS + 40;

/** Connects a tenant whose history is read. */
export async function newTenantOf({ connections, tenants }: Parts): Promise<TenantId> {
  const tenantId = newTenant();
  const at = new Date();
  await tenants.ensure(tenantId, "Test", at);
  const { id } = await connections.connect(
    { tenantId, platform: "hubspot", externalId: randomUUID(), mode: "token", scopes: [] },
    { accessToken: "test", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
    at,
  );
  await connections.update(id, { syncedAt: at });
  return tenantId;
}

/**
 * Customers whose use falls before they are lost. Every second loss stands in the CRM's lifecycle stage; of the
 * others nobody has told yet.
 * @param hazard log-odds of a loss in 90 days for an average customer; −Infinity = nobody is lost
 */
export async function makeBook(parts: Parts, size: number, hazard: number, seed: number): Promise<Book> {
  const tenant = await newTenantOf(parts);
  const [connection] = await parts.connections.list(tenant);
  if (connection === undefined) throw new Error("the tenant has no connection");
  const random = seededRandom(seed);
  const book: Book = { tenant, accounts: [], lost: [] };
  const observations: Observation[] = [];
  const links = Array.from({ length: size }, (_, i) => {
    const id = accountIdOf(random);
    const companyId = `${seed}${1000 + i}`;
    const { facts, lostAt } = historyOf(
      `hubspot:company:${companyId}`,
      random,
      hazard,
      book.lost.length % 2 === 0,
    );
    observations.push(...facts);
    book.accounts.push(id);
    if (lostAt !== null) book.lost.push({ account: id, companyId, at: lostAt });
    return { ref: { platform: "hubspot", objectType: "company", id: companyId } as const, accountId: id };
  });
  await parts.accounts.link(tenant, {
    accounts: book.accounts.map((id, i) => ({ id, name: `Account ${i}`, createdAt: daysAgo(START_DAYS) })),
    links: links.map((link) => ({ ...link, rule: "anchor" as const })),
    suggestions: [],
  });
  await parts.ledger.commit({
    tenantId: tenant,
    connectionId: connection.id,
    records: [],
    removed: [],
    observations,
    claims: [],
    progress: null,
  });
  return book;
}

/** The dates at which an account is looked at follow from its id, so that ids come from the seed as well. */
function accountIdOf(random: () => number): AccountId {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return accountId.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`,
  );
}

/** From the same midnight in the whole run, so that a day's change does not change a book. */
const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
export const daysAgo = (days: number): Date => new Date(TODAY - days * DAY_MS);

function historyOf(subject: string, random: () => number, hazard: number, isInCrm: boolean) {
  const facts: Observation[] = [];
  const base = { subject, source: "hubspot" } as const;
  const tell = (days: number, fact: Pick<Observation, "kind" | "key" | "value">): void => {
    facts.push({ ...base, at: daysAgo(days).toISOString(), ...fact } as Observation);
  };
  const start = START_DAYS - random() * 30;
  tell(start, { kind: "profile", key: "becameCustomerAt", value: daysAgo(start).toISOString() });
  tell(start, { kind: "profile", key: "lifecycleStage", value: "customer" });
  tell(start, { kind: "usage", key: "seats", value: 20 });
  tell(start, { kind: "contact", key: "contact:1", value: { role: "champion", isBounced: false } });
  let habit = random();
  for (let days = start; days > 0; days -= 30) {
    if (random() < 0.15) habit = random();
    const use = Math.min(1, Math.max(0.02, habit * 0.8 + random() * 0.2));
    tell(days, { kind: "usage", key: "activeUsers", value: Math.round(20 * use) });
    tell(days, { kind: "usage", key: "logins", value: Math.round(20 * use * 8) });
    tell(days, { kind: "touch", key: "contact:1", value: {} });
    const monthly = hazard - Math.log(3) - 8 * (use - 0.5);
    if (random() >= 1 / (1 + Math.exp(-monthly)) || days < 15) continue;
    const lostDays = days - 15;
    if (isInCrm) tell(lostDays, { kind: "profile", key: "lifecycleStage", value: "churned" });
    return { facts, lostAt: daysAgo(lostDays) };
  }
  return { facts, lostAt: null };
}
