import { PGlite } from "@electric-sql/pglite";
import { fromPglite, PgBoss } from "pg-boss";
import { afterAll, beforeAll, expect, it } from "vitest";
import { JOB_NAMES, JOB_OPTIONS } from "../../server/src/adapters/queue/job-options.ts";
import { provideQueues } from "../../server/src/adapters/queue/provide-queues.ts";

let pglite: PGlite;
let boss: PgBoss;
beforeAll(async () => {
  pglite = await PGlite.create();
  boss = new PgBoss({ db: fromPglite(pglite), backend: "pglite", schedule: false, supervise: false });
  await boss.start();
});
afterAll(async () => {
  await boss.stop({ graceful: false });
  await pglite.close();
});

const ours = async () => (await boss.getQueues()).filter(({ name }) => JOB_NAMES.some((job) => job === name));
const writtenAt = async () =>
  Object.fromEntries((await ours()).map((queue) => [queue.name, queue.updatedOn.getTime()]));

it("creates every queue with its settings", async () => {
  await provideQueues(boss);
  const limits = (await ours()).map((queue) => [queue.name, queue.retryLimit]);
  expect(Object.fromEntries(limits)).toEqual(
    Object.fromEntries(JOB_NAMES.map((name) => [name, JOB_OPTIONS[name].retryLimit])),
  );
});

it("writes nothing when all settings are there already", async () => {
  const before = await writtenAt();
  await provideQueues(boss);
  expect(await writtenAt()).toEqual(before);
});

it.each([
  ["retryLimit", 1],
  ["retryDelay", 7],
  ["expireInSeconds", 77],
  ["notify", false],
] as const)(
  "brings back a %s that another version had set, and leaves the other queues alone",
  async (setting, value) => {
    const before = await writtenAt();
    await boss.updateQueue("write-back", { [setting]: value });
    await provideQueues(boss);
    const queue = (await ours()).find(({ name }) => name === "write-back");
    expect(queue?.[setting]).toBe(setting === "notify" ? true : JOB_OPTIONS["write-back"][setting]);
    const { "write-back": _, ...others } = await writtenAt();
    expect(before).toMatchObject(others);
  },
);
