import { randomUUID } from "node:crypto";
import { connectionId, tenantId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEventStore } from "../../server/src/adapters/db/event-store.ts";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { createTrace } from "../../server/src/adapters/observability/trace.ts";
import { openQueue, type PostgresQueue } from "../../server/src/adapters/queue/postgres-queue.ts";
import { forEachDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";

interface Line {
  level: number;
  msg: string;
  job?: string;
  jobId?: string;
  requestIds?: string[];
  outcome?: string;
  durationMs?: number;
}

forEachDatabase("request ids through jobs", (under) => {
  const lines: Line[] = [];
  const trace = createTrace();
  const log = createLog("debug", trace.fields, { write: (line) => void lines.push(JSON.parse(line)) });
  let queue: PostgresQueue;
  let stores: Stores;
  let runs = 0;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
    const newRunId = () => `j_${++runs}`;
    queue = await openQueue(under.database, { log, isWorker: true, trace, newRunId });
    await queue.work("refresh-records", async ({ connectionId }) => {
      log.info({ connectionId }, "reading");
    });
    await queue.work("score-accounts", async ({ tenantId }) => {
      log.info({ tenantId }, "scoring");
      if (tenantId === failing) throw new TypeError("as the test wants it");
      await queue.enqueue("sync-outcomes", { tenantId });
    });
    await queue.work("sync-outcomes", async ({ tenantId }) => log.info({ tenantId }, "syncing"));
  });
  afterAll(async () => {
    await queue.stop(2_000);
    await stores.lease.end();
  });
  const failing = tenantId.parse(randomUUID());
  const told = (match: (line: Line & Record<string, unknown>) => boolean): Promise<Line[]> =>
    eventually(() => {
      const found = lines.filter((line) => match({ ...line }));
      if (found.length === 0) throw new Error("not told yet");
      return found;
    });

  it("reach the lines of the job, and of the jobs that this one sends", async () => {
    const tenant = tenantId.parse(randomUUID());
    await trace.run({ requestId: "r_first" }, () => queue.enqueue("score-accounts", { tenantId: tenant }));
    const [scoring] = await told((line) => line.msg === "scoring" && line["tenantId"] === tenant);
    expect(scoring).toMatchObject({ job: "score-accounts", requestIds: ["r_first"] });
    const [syncing] = await told((line) => line.msg === "syncing" && line["tenantId"] === tenant);
    expect(syncing).toMatchObject({ job: "sync-outcomes", requestIds: ["r_first"] });
    expect(syncing?.jobId).not.toBe(scoring?.jobId);
    const [done] = await told((line) => line.jobId === scoring?.jobId && line.outcome !== undefined);
    expect(done).toMatchObject({ outcome: "done", durationMs: expect.any(Number), job: "score-accounts" });
  });

  it("tell of a failed run with its id, duration and outcome, as an error", async () => {
    await trace.run({ requestId: "r_failing" }, () => queue.enqueue("score-accounts", { tenantId: failing }));
    const [failed] = await told((line) => line.outcome === "failed");
    expect(failed).toMatchObject({
      level: 50,
      job: "score-accounts",
      requestIds: ["r_failing"],
      durationMs: expect.any(Number),
      jobId: expect.stringMatching(/^j_\d+$/),
    });
  });

  it("come along with deliveries that share a commit: of many the newest few", async () => {
    const world = await newWorld(stores);
    const events = createEventStore(under.database, { wakeUps: queue, newId: randomUUID, trace });
    const requests = Array.from({ length: 20 }, (_, i) => `r_delivery_${i}`);
    await Promise.all(
      requests.map((requestId) =>
        trace.run({ requestId }, () =>
          events.append({
            tenantId: world.tenantId,
            connectionId: world.hubspot,
            source: "hubspot",
            body: Buffer.from("[]"),
            events: [{ key: requestId, refs: [ref("company", requestId)] }],
          }),
        ),
      ),
    );
    const reading = await told((line) => line.msg === "reading" && line["connectionId"] === world.hubspot);
    const ids = reading.flatMap((line) => line.requestIds ?? []);
    expect(ids.length).toBeGreaterThan(0);
    for (const line of reading) expect(line.requestIds?.length).toBeLessThanOrEqual(5);
    for (const id of ids) expect(requests).toContain(id);
  });

  it("are absent where nobody asked, and what is no id is left out", async () => {
    const id = connectionId.parse(randomUUID());
    await queue.enqueue("refresh-records", { connectionId: id });
    const [quiet] = await told((line) => line.msg === "reading" && line["connectionId"] === id);
    expect(quiet).not.toHaveProperty("requestIds");
    const other = connectionId.parse(randomUUID());
    await trace.run({ requestIds: ["r_good", "canary person <a@b.example>"] }, () =>
      queue.enqueue("refresh-records", { connectionId: other }),
    );
    const [cut] = await told((line) => line.msg === "reading" && line["connectionId"] === other);
    expect(cut?.requestIds).toEqual(["r_good"]);
  });
});
