import { setImmediate } from "node:timers/promises";
import type { AccountHealthView } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { healthyView } from "../support/health-views.ts";
import { Journeys } from "./journeys.ts";
import type { DemoAccount, Journey } from "./protocol.ts";

const account: DemoAccount = {
  key: "veldora",
  name: "Veldora",
  story: "stable",
  hubspotCompanyId: "11",
  zendeskOrganizationId: "22",
  zendeskTicketIds: [],
};
const worse: AccountHealthView = {
  ...healthyView,
  healthScore: 61,
  band: "yellow",
  reasons: [
    { sentence: "1 urgent ticket is open.", points: -9, direction: "hurts", measure: "open_tickets" },
    ...healthyView.reasons,
  ],
};

/** Time stands still but for the pauses of the journey itself, so that the order of things is the test's. */
function setUp(act: (set: (view: AccountHealthView) => void) => Promise<void>) {
  const published: Journey[] = [];
  const due: { at: number; run: () => void }[] = [];
  let view = healthyView;
  let now = 0;
  const journeys = new Journeys({
    act: () =>
      act((next) => {
        view = next;
      }),
    health: async () => view,
    publish: (journey) => published.push(structuredClone(journey)),
    clock: () => now,
    pause: async (ms) => {
      const until = now + ms;
      for (const { at, run } of due.filter((one) => one.at > now && one.at <= until)) {
        now = at;
        run();
      }
      now = until;
      await setImmediate();
    },
    signal: new AbortController().signal,
  });
  return {
    journeys,
    after: (ms: number, run: () => void) => due.push({ at: ms, run }),
    over: async (): Promise<Journey> => {
      while (published.at(-1)?.state === "running") await setImmediate();
      return published.at(-1) as Journey;
    },
  };
}

describe("the journey of an event", () => {
  it("goes from sent through scored to written back, with the score before and after", async () => {
    const { journeys, over, after } = setUp(async (set) => set(worse));
    after(400, () => journeys.wroteBack("veldora"));
    journeys.start(account, "urgentTicket");
    const journey = await over();
    expect(journey.steps.map(({ step }) => step)).toEqual(["sent", "scored", "written_back"]);
    expect(journey).toMatchObject({
      state: "done",
      scoreBefore: healthyView.healthScore,
      scoreAfter: 61,
      bandAfter: "yellow",
      newReasons: ["1 urgent ticket is open."],
    });
    expect(journey.steps.map(({ elapsedMs }) => elapsedMs)).toEqual([0, 150, 400]);
  });

  it("keeps the order when the write-back is seen before the new score", async () => {
    let show = (_view: AccountHealthView): void => undefined;
    const { journeys, over, after } = setUp(async (set) => {
      show = set;
    });
    after(100, () => journeys.wroteBack("veldora"));
    after(350, () => show(worse));
    journeys.start(account, "urgentTicket");
    const { steps } = await over();
    expect(steps.map(({ step }) => step)).toEqual(["sent", "scored", "written_back"]);
    expect(steps.map(({ elapsedMs }) => elapsedMs)).toEqual([0, 100, 100]);
  });

  it("says so when the score stays as it was", async () => {
    const { journeys, over } = setUp(async () => undefined);
    journeys.start(account, "resolveTickets");
    expect(await over()).toMatchObject({ state: "unchanged", scoreAfter: null });
  });

  it("takes no notice of writes to other accounts", async () => {
    const { journeys, over, after } = setUp(async (set) => set(worse));
    after(200, () => journeys.wroteBack("somebody-else"));
    journeys.start(account, "urgentTicket");
    const journey = await over();
    expect(journey.steps.map(({ step }) => step)).toEqual(["sent", "scored"]);
  });

  it("fails with the reason when the event could not be sent", async () => {
    const { journeys, over } = setUp(() => Promise.reject(new Error("the sandbox is gone")));
    journeys.start(account, "badRating");
    expect(await over()).toMatchObject({ state: "failed", message: "the sandbox is gone" });
  });

  it("knows whether one is under way at an account", async () => {
    const { journeys, over } = setUp(async (set) => set(worse));
    journeys.start(account, "urgentTicket");
    expect([journeys.isRunning("veldora"), journeys.isRunning("other")]).toEqual([true, false]);
    journeys.wroteBack("veldora");
    await over();
    expect(journeys.isRunning("veldora")).toBe(false);
  });
});
