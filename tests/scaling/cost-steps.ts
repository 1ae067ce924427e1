import { setTimeout as sleep } from "node:timers/promises";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { writeBack } from "../../server/src/services/write-back.ts";

export interface WorkerSteps {
  /** What a worker's jobs do, each until nothing is left. @throws when it was not about `units` */
  record(units: number): Promise<void>;
  account(units: number): Promise<void>;
  write(units: number): Promise<void>;
  close(): Promise<void>;
}

const METRICS = {
  record: "bellwether_records_read_total",
  account: "bellwether_accounts_scored_total",
  write: "bellwether_writes_total",
};

/** A worker's steps in this process, one at a time, so that each can be counted apart. */
export async function openWorkerSteps(environment: Record<string, string>): Promise<WorkerSteps> {
  const counts = new Map<string, number>();
  const composed = await compose(readConfig(environment), createLog("error"), false);
  const meter = {
    ...composed.meter,
    count: (name: string, _labels: object, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
  };
  const parts = { ...composed, meter, pause: (ms: number): Promise<void> => sleep(ms) };
  const [connection] = await composed.connections.list();
  if (!connection) throw new Error("the book has no connection");
  const step = (name: keyof typeof METRICS, run: () => Promise<void>) => async (units: number) => {
    counts.clear();
    await run();
    const done = counts.get(METRICS[name]) ?? 0;
    if (done !== units) throw new Error(`${name} was done ${done} times instead of ${units}`);
  };
  return {
    record: step("record", () => refreshRecords(parts, connection.id)),
    account: step("account", () => scoreAccounts(parts, connection.tenantId)),
    write: step("write", () => writeBack(parts, connection.id)),
    close: async () => {
      await composed.queue.stop(0);
      await composed.close();
    },
  };
}
