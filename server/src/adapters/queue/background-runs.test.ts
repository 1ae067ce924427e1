import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BackgroundRuns } from "./background-runs.ts";

describe("runs that wait for a platform", () => {
  it("let their worker go after a while, and are waited for at the end", async () => {
    const runs = new BackgroundRuns(5);
    let isDone = false;
    await runs.hold(
      "write-back",
      sleep(60).then(() => {
        isDone = true;
      }),
    );
    expect(isDone).toBe(false);
    await runs.settled(5_000);
    expect(isDone).toBe(true);
  });

  it("are waited for no longer than asked", async () => {
    const runs = new BackgroundRuns(1);
    await runs.hold("write-back", new Promise<void>(() => undefined));
    await expect(runs.settled(5)).resolves.toBeUndefined();
  });

  it("fail with their job while it waits, and alone later", async () => {
    const runs = new BackgroundRuns(20);
    await expect(runs.hold("refresh-records", Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    const late = sleep(40).then(() => Promise.reject(new Error("too late")));
    await expect(runs.hold("refresh-records", late)).resolves.toBeUndefined();
    await runs.settled(5_000);
  });

  it("are waited for to the end where they do not wait for a platform", async () => {
    const runs = new BackgroundRuns(1);
    let isDone = false;
    await runs.hold(
      "score-accounts",
      sleep(30).then(() => {
        isDone = true;
      }),
    );
    expect(isDone).toBe(true);
  });
});
