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
  function processes(count: number, time = hurriedTime()): PlatformGateway[] {
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

  it("that fail in part, stay queued for ten minutes or are forgotten leave no row in doubt", async () => {
    const [time, shown] = [hurriedTime(), new Map<number, number | null>()];
    const [gateway] = processes(1, time);
    const due: { at: number; run(): void }[] = [];
    const passed = () => {
      for (const job of due) if (job.at <= time.nowMs()) job.run();
    };
    const sent: number[][] = [];
    const started = time.nowMs();
    stub.routes = {
      [UPDATE]: (call) => {
        passed();
        const { organizations } = call.body as {
          organizations: { id: number; organization_fields: Record<string, number> }[];
        };
        sent.push(organizations.map(({ id }) => id));
        const take = (rows = organizations) => {
          for (const { id, organization_fields } of rows) shown.set(id, organization_fields[SCORE] ?? null);
        };
        const results = organizations.map(({ id }) => ({
          id,
          action: "update",
          success: true,
          status: "Updated",
        }));
        const id = `m${sent.length}`;
        const route = `GET /api/v2/job_statuses/${id}.json`;
        const completed = (said: object[]) => ({
          json: { job_status: { id, status: "completed", results: said } },
        });
        if (sent.length === 1) {
          // one row in ten fails, and says so
          take(organizations.filter((_, i) => i % 10 > 0));
          const failed = {
            success: false,
            status: "Failed",
            error: "SomethingWentWrong",
            errors: "try again",
          };
          stub.routes[route] = completed(results.map((row, i) => (i % 10 > 0 ? row : { ...row, ...failed })));
        } else if (sent.length === 2) {
          due.push({ at: time.nowMs() + 10 * 60_000, run: () => take() });
          stub.routes[route] = () => {
            passed();
            return time.nowMs() >= started + 10 * 60_000 ? completed(results) : queued(id);
          };
        } else if (sent.length === 3) {
          take(); // its status is gone: the route stays unknown, 404
        } else {
          take();
          stub.routes[route] = completed(results);
        }
        return queued(id);
      },
      [SHOW]: (call) => {
        passed();
        const ids = (call.query["ids"] ?? "").split(",");
        return {
          json: {
            organizations: ids.map((id) => ({
              id: Number(id),
              organization_fields: { [SCORE]: shown.get(Number(id)) ?? null },
            })),
          },
        };
      },
    };
    const all = Array.from({ length: 300 }, (_, n) => rowOf(String(n + 1)));
    const fates: Map<string, string[]> = new Map(all.map(({ ref }) => [ref.id, []]));
    let open = all;
    for (let round = 0; round < 10 && open.length > 0; round++) {
      for (let from = 0; from < open.length; from += 100) {
        const rows = open.slice(from, from + 100);
        const outcomes = (await gateway?.writeAccounts(rows)) ?? [];
        expect(outcomes).toHaveLength(rows.length);
        for (const [i, { kind }] of outcomes.entries()) fates.get(rows[i]?.ref.id ?? "")?.push(kind);
      }
      open = open.filter(({ ref }) => fates.get(ref.id)?.at(-1) !== "confirmed");
    }
    expect(open).toEqual([]);
    await time.sleep(10 * 60_000);
    passed();
    for (const { ref } of all) expect([ref.id, shown.get(Number(ref.id))]).toEqual([ref.id, 41.5]);
    // ten failed and a hundred were waited for in vain: only these were sent again; what was forgotten was looked up
    expect(sent.map((ids) => ids.length)).toEqual([100, 100, 100, 100, 10]);
    const again = new Set(sent.slice(3).flat());
    expect([...again].every((id) => (sent[0]?.includes(id) && id % 10 === 1) || sent[1]?.includes(id))).toBe(
      true,
    );
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
