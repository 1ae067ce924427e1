import { randomInt, randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  CHURN_PRIOR_V1,
  type RecordRef,
  refKey,
  SCORECARD_DEFAULT_V1,
  type TenantId,
} from "@bellwether/shared";
import { expect, it } from "vitest";
import type { Database, Sql } from "../../server/src/adapters/db/sql.ts";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { writeBack } from "../../server/src/services/write-back.ts";
import { FEW_USERS } from "../bench/bench-company.ts";
import { BenchHubspot } from "../bench/bench-hubspot.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";
import { httpDeps, silentLog, silentMeter } from "../support/scripted-hubspot.ts";
import { ref, storesOfProcess } from "../support/stores.ts";

const [FEW, MANY] = [10, 1_000];
/** Of reading, scoring and writing: rounds take 300 records, 100 accounts and 100 rows. */
const MOST_ROUNDS = MANY / 100;

/** The database with a count of what is sent to it, in transactions and outside. */
function counting(database: Database) {
  const sent = { statements: 0 };
  const counted = (sql: Sql): Sql => ({
    query: (...given) => {
      sent.statements += 1;
      return sql.query(...given);
    },
    script: (text) => {
      sent.statements += 1;
      return sql.script(text);
    },
  });
  const counts: Database = {
    ...database,
    ...counted(database),
    transaction: (work) => database.transaction((sql) => work(counted(sql))),
    orm: (work) => {
      sent.statements += 1;
      return database.orm(work);
    },
  };
  return { sent, database: counts };
}

forEachDatabase("Work on many accounts", (under) => {
  /** A portal with so many companies, all scored and written back, and what its next pass over all of them costs. */
  async function bookOf(companies: number) {
    const hubspot = new BenchHubspot({ listed: [], callsPer10s: 10_000 });
    const apiUrl = await hubspot.start();
    const { sent, database } = counting(under.database);
    const stores = await storesOfProcess(database);
    const clock = { now: () => new Date() };
    const at = clock.now();
    const tenantId = newTenant();
    await stores.tenants.ensure(tenantId, "Sets", at);
    const secrets = { refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null };
    const { id } = await stores.connections.connect(
      { tenantId, platform: "hubspot", externalId: String(randomInt(1e12)), mode: "token", scopes: [] },
      { accessToken: "token", ...secrets },
      at,
    );
    await stores.connections.update(id, { provisionedAt: at, syncedAt: at });
    const base = { ...stores, clock, log: silentLog, meter: silentMeter, pause: async () => undefined };
    const deps = {
      ...base,
      newId: randomUUID,
      gatewayFor: createHubspotGateway({ ...base, ...httpDeps(apiUrl), refresh: null }),
      accountIdOf: (_: TenantId, party: RecordRef): AccountId => accountOf(tenantId, party),
      definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
      queue: { enqueue: async () => undefined, work: noJobs, schedule: noJobs, stop: noJobs },
      coalescingWindowMs: 0,
    };
    const ids = Array.from({ length: companies }, (_, n) => String(n + 1));
    const pass = async () => {
      await stores.ledger.markRecords(
        tenantId,
        id,
        ids.map((each) => ref("company", each)),
      );
      const before = { ...hubspot.calls, statements: sent.statements };
      await refreshRecords(deps, id);
      await scoreAccounts(deps, tenantId);
      await writeBack(deps, id);
      return {
        reads: hubspot.calls.read - before.read,
        writes: hubspot.calls.write - before.write,
        searches: hubspot.calls.search - before.search,
        statements: sent.statements - before.statements,
      };
    };
    return {
      pass,
      change: () => {
        for (const each of ids) hubspot.change(each, FEW_USERS);
      },
      end: async () => {
        await stores.lease.end();
        await hubspot.stop();
      },
    };
  }

  it("takes calls and statements by the hundred, not by the account, and none to write what is the same", async () => {
    const costs = [];
    for (const companies of [FEW, MANY]) {
      const book = await bookOf(companies);
      try {
        const first = await book.pass();
        expect(first).toMatchObject({ writes: Math.ceil(companies / 100), searches: 0 });
        expect((await book.pass()).writes).toBe(0);
        book.change();
        costs.push(await book.pass());
      } finally {
        await book.end();
      }
    }
    const [few, many] = costs;
    expect(few).toMatchObject({ reads: 1, writes: 1, searches: 0 });
    expect(many).toMatchObject({ reads: MANY / 50, writes: MANY / 100, searches: 0 });
    expect(many?.statements).toBeLessThanOrEqual(MOST_ROUNDS * (few?.statements ?? 0));
  });
});

const noJobs = async (): Promise<void> => undefined;

/** The tenant's last digits and the company's number. */
const accountOf = (tenant: TenantId, party: RecordRef): AccountId =>
  accountId.parse(
    `${tenant.slice(0, 24)}${refKey(party).split(":").at(-1)?.padStart(12, "0") ?? "000000000000"}`,
  );
