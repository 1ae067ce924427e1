import { LimiterRegistry } from "@bellwether/server/src/adapters/platform/limiter-registry.ts";
import { memoryBudgets } from "@bellwether/server/src/adapters/platform/memory-budgets.ts";
import { createZendeskGateway } from "@bellwether/server/src/adapters/zendesk/gateway.ts";
import { PlatformError } from "@bellwether/server/src/services/errors.ts";
import type { PlatformGateway } from "@bellwether/server/src/services/ports.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog, silentMeter } from "../support/scripted-hubspot.ts";
import {
  connection,
  hurriedTime,
  NOW,
  oneConnection,
  outboxRow,
  type StubAnswer,
  startZendeskStub,
  type ZendeskStub,
} from "../support/zendesk-stub.ts";

const UPDATE = "PUT /api/v2/organizations/update_many.json";
const SHOW = "GET /api/v2/organizations/show_many.json";
const SCORE = "bellwether_health_score";
const queued = (id: string): StubAnswer => ({
  json: { job_status: { id, status: "queued", results: null } },
});
const shownAs = (ids: readonly string[], score: number | null): StubAnswer => ({
  json: { organizations: ids.map((id) => ({ id: Number(id), organization_fields: { [SCORE]: score } })) },
});
const rowOf = (id: string) => outboxRow("organization", id, { [SCORE]: "41.5" });

describe("Zendesk jobs of several processes (F7)", () => {
  let stub: ZendeskStub;
  beforeEach(async () => {
    stub = await startZendeskStub();
  });
  afterEach(() => stub.stop());

  /** Gateways of processes that share what they know of the account's limits. */
  function processes(count: number): PlatformGateway[] {
    const time = hurriedTime();
    const budgets = memoryBudgets(time);
    return Array.from({ length: count }, () =>
      createZendeskGateway({
        zendeskUrl: stub.origin,
        publicUrl: "https://health.acme.test",
        marketplace: {},
        connections: oneConnection().repository,
        refresh: null,
        limiters: new LimiterRegistry(time, { budgets, hasOthers: true, onTrouble: () => undefined }),
        clock: { now: () => NOW },
        time,
        log: silentLog,
        meter: silentMeter,
      })(connection),
    );
  }

  it("that stay queued are never more than 30, however many wait, and every row's fate is known", async () => {
    let made = 0;
    stub.routes = {
      [UPDATE]: () => queued(`j${++made}`),
      [SHOW]: (call) => shownAs((call.query["ids"] ?? "").split(","), null),
    };
    for (let n = 1; n <= 60; n += 1) stub.routes[`GET /api/v2/job_statuses/j${n}.json`] = queued(`j${n}`);
    const gateways = processes(6);
    const fates = await Promise.all(
      Array.from({ length: 48 }, async (_, n) => {
        const writing = gateways[n % 6]?.writeAccounts([rowOf(String(n + 1))]);
        return writing?.then(
          ([outcome]) => outcome?.kind,
          (error: { kind: string }) => error.kind,
        );
      }),
    );
    expect(made).toBeLessThanOrEqual(30);
    expect(fates.filter((fate) => fate === "failed")).toHaveLength(made);
    expect(fates.filter((fate) => fate === "rate_limited")).toHaveLength(48 - made);
  });

  it("that end make room for others, so that all rows arrive", async () => {
    let [open, most] = [0, 0];
    stub.routes = {
      [UPDATE]: (call) => {
        open += 1;
        most = Math.max(most, open);
        const [first] = (call.body as { organizations: { id: number }[] }).organizations;
        return queued(`o${first?.id}`);
      },
    };
    for (let n = 1; n <= 48; n += 1)
      stub.routes[`GET /api/v2/job_statuses/o${n}.json`] = () => {
        open -= 1;
        const results = [{ id: n, action: "update", success: true, status: "Updated" }];
        return { json: { job_status: { id: `o${n}`, status: "completed", results } } };
      };
    const gateways = processes(6);
    /** Who found no room for a minute comes back, as the outbox does. */
    const write = async (gateway: PlatformGateway | undefined, id: string): Promise<string | undefined> => {
      for (;;) {
        try {
          return (await gateway?.writeAccounts([rowOf(id)]))?.[0]?.kind;
        } catch (error) {
          if (!(error instanceof PlatformError) || error.kind !== "rate_limited") throw error;
        }
      }
    };
    const kinds = await Promise.all(
      Array.from({ length: 48 }, (_, n) => write(gateways[n % 6], String(n + 1))),
    );
    expect(new Set(kinds)).toEqual(new Set(["confirmed"]));
    expect(most).toBeLessThanOrEqual(30);
    expect(stub.callsTo(UPDATE)).toHaveLength(48);
  });

  it("are paused for all processes when Zendesk says that too many are open", async () => {
    let refusals = 0;
    stub.routes = {
      [UPDATE]: () => {
        refusals += 1;
        return { status: 429, json: { error: "TooManyJobs" }, headers: { "retry-after": "30" } };
      },
    };
    const gateways = processes(2);
    for (const gateway of gateways)
      await expect(gateway.writeAccounts([rowOf("1")])).rejects.toMatchObject({ kind: "rate_limited" });
    expect(refusals).toBe(1);
  });
});
