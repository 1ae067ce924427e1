import { setTimeout as wait } from "node:timers/promises";
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

/** Fifty times as fast as in earnest, so that patience ends in time. */
const HASTE = 50;

function setUp(act: (set: (view: AccountHealthView) => void) => Promise<void>) {
  const published: Journey[] = [];
  let view = healthyView;
  const journeys = new Journeys({
    act: () =>
      act((next) => {
        view = next;
      }),
    health: async () => view,
    publish: (journey) => published.push(structuredClone(journey)),
    clock: () => performance.now() * HASTE,
    pause: (ms) => wait(ms / HASTE),
    signal: new AbortController().signal,
  });
  const over = async (): Promise<Journey> => {
    while (published.at(-1)?.state === "running") await wait(20);
    return published.at(-1) as Journey;
  };
  return { journeys, published, over };
}

describe("the journey of an event", () => {
  it("goes from sent through scored to written back, with the score before and after", async () => {
    const { journeys, over } = setUp(async (set) => set(worse));
    journeys.start(account, "urgentTicket");
    setTimeout(() => journeys.wroteBack("veldora"), 15);
    const journey = await over();
    expect(journey.steps.map(({ step }) => step)).toEqual(["sent", "scored", "written_back"]);
    expect(journey).toMatchObject({
      state: "done",
      scoreBefore: healthyView.healthScore,
      scoreAfter: 61,
      bandAfter: "yellow",
      newReasons: ["1 urgent ticket is open."],
    });
    const times = journey.steps.map(({ elapsedMs }) => elapsedMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("keeps the order when the write-back is seen before the new score", async () => {
    const { journeys, over } = setUp(async (set) => {
      setTimeout(() => journeys.wroteBack("veldora"), 10);
      setTimeout(() => set(worse), 60);
    });
    journeys.start(account, "urgentTicket");
    const { steps } = await over();
    expect(steps.map(({ step }) => step)).toEqual(["sent", "scored", "written_back"]);
    expect(steps[1]?.elapsedMs).toBe(steps[2]?.elapsedMs);
  });

  it("says so when the score stays as it was", async () => {
    const { journeys, over } = setUp(async () => undefined);
    journeys.start(account, "resolveTickets");
    expect(await over()).toMatchObject({ state: "unchanged", scoreAfter: null });
  });

  it("takes no notice of writes to other accounts", async () => {
    const { journeys, over } = setUp(async (set) => set(worse));
    journeys.start(account, "urgentTicket");
    setTimeout(() => journeys.wroteBack("somebody-else"), 5);
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
