import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourShares } from "./day.ts";
import { type Costs, costsSchema, type Shape, shapeSchema } from "./inputs.ts";
import { callsPerSecond, erlangC, flow, meanWaitSeconds } from "./queues.ts";
import { report } from "./report.ts";
import { simulate } from "./simulation.ts";
import { sizeAt, tenantSizes } from "./tenants.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const costs: Costs = costsSchema.parse(read("costs.json"));
const whole: Shape = shapeSchema.parse(read("fifty-million.json"));
/** The same load from fewer, larger tenants: what is tested does not depend on how many there are. */
const shape: Shape = { ...whole, tenants: 300 };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const withEvents = (events: number): Shape => ({
  ...shape,
  perAccountAndDay: { ...shape.perAccountAndDay, events },
});
const withWorkers = (workerCores: number): Shape => ({
  ...shape,
  machines: { ...shape.machines, workerCores },
});

describe("sizes of tenants", () => {
  const book = fc.record({
    tenants: fc.integer({ min: 1, max: 500 }),
    each: fc.integer({ min: 1, max: 1_000 }),
    exponent: fc.double({ min: 0, max: 2, noNaN: true }),
  });

  it("sum to all accounts, and everybody has one", () => {
    fc.assert(
      fc.property(book, ({ tenants, each, exponent }) => {
        const sizes = tenantSizes(tenants * each, tenants, exponent);
        expect(sizes).toHaveLength(tenants);
        expect(sum(sizes)).toBe(tenants * each);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it("are alike without a tail, and a few have most with one", () => {
    expect(tenantSizes(100, 4, 0)).toEqual([25, 25, 25, 25]);
    const sizes = tenantSizes(100_000, 1_000, 1);
    expect(sum(sizes.slice(0, 100))).toBeGreaterThan(65_000);
    expect(sizeAt(sizes, 0.5)).toBeLessThan(sizeAt(sizes, 0.99));
  });
});

describe("hours of a day", () => {
  it("hold the whole day, and the busiest is as busy as asked for", () => {
    const asked = fc.record({
      peakToMean: fc.double({ min: 1, max: 12, noNaN: true }),
      peakHour: fc.integer({ min: 0, max: 23 }),
    });
    fc.assert(
      fc.property(asked, ({ peakToMean, peakHour }) => {
        const shares = hourShares(peakToMean, peakHour);
        expect(sum(shares)).toBeCloseTo(1, 9);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...shares) * 24).toBeCloseTo(peakToMean, 6);
        expect(shares[peakHour]).toBe(Math.max(...shares));
      }),
    );
  });
});

describe("queues", () => {
  it("wait as queueing theory says: M/M/1 in closed form, and Erlang's C of two servers", () => {
    for (const load of [0.1, 0.5, 0.9]) {
      expect(erlangC(1, load)).toBeCloseTo(load, 12);
      // λ = load, μ = 1: the mean wait is ρ ÷ (μ − λ)
      expect(meanWaitSeconds(1, load, 1)).toBeCloseTo(load / (1 - load), 9);
    }
    expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 12);
    expect(meanWaitSeconds(2, 2, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("lose nothing: what came is done or waits", () => {
    const hours = fc.array(fc.record({ arrived: fc.nat(10_000), rate: fc.nat(5) }), { maxLength: 48 });
    fc.assert(
      fc.property(hours, (given) => {
        const result = flow(
          given.map((hour) => hour.arrived),
          given.map((hour) => hour.rate),
        );
        const done = sum(result.map((hour) => hour.done));
        expect(done + (result.at(-1)?.waiting ?? 0)).toBe(sum(given.map((hour) => hour.arrived)));
      }),
    );
  });

  it("grow by what comes too much and drain by what is free", () => {
    // 2 a second come for two hours where 1 can be done: 7,200 wait, which two idle hours clear
    const hours = flow([7_200, 7_200, 0, 0], [1, 1, 1, 1]);
    expect(hours.map((hour) => hour.waiting)).toEqual([3_600, 7_200, 3_600, 0]);
    expect(hours.map((hour) => hour.ageSeconds)).toEqual([3_600, 7_200, 3_600, 0]);
  });

  it("hold equal work once", () => {
    expect(flow([1_000_000], [0], 10)[0]?.waiting).toBe(10);
  });

  it("need a call per rare change and one per full batch of many", () => {
    expect(callsPerSecond(0.001, 0.25, 100)).toBeCloseTo(0.001, 6);
    expect(callsPerSecond(10_000, 0.25, 100)).toBe(100);
  });
});

describe("the simulated day", () => {
  it("says the same for the same", () => {
    expect(simulate(costs, shape)).toEqual(simulate(costs, shape));
  });

  it("takes in a day's events, and calculates every marked and looks at every account where there is room", () => {
    const { hours } = simulate(costs, shape);
    const events = sum(hours.map((hour) => hour.eventsPerSecond * 3_600));
    expect(events / (shape.accounts * shape.perAccountAndDay.events)).toBeCloseTo(1, 9);
    for (const queue of ["marked", "looks"] as const)
      expect(sum(hours.map((h) => h[queue].done)) / sum(hours.map((h) => h[queue].arrived))).toBeCloseTo(
        1,
        6,
      );
  });

  it("never works on what waits beyond what a part may be busy", () => {
    const { hours } = simulate(costs, withWorkers(4));
    for (const { busy } of hours) expect(busy.worker).toBeLessThanOrEqual(shape.machines.maxBusy + 1e-9);
  });

  it("is never easier with more events, nor harder with more workers", () => {
    const oldest = (of: Shape): number =>
      Math.max(...simulate(costs, of).hours.map((hour) => hour.marked.ageSeconds));
    const few = simulate(costs, withEvents(2));
    const many = simulate(costs, withEvents(8));
    for (const key of ["storedBytesPerDay", "walBytesPerDay", "platformCallsPerDay"] as const)
      expect(many[key]).toBeGreaterThan(few[key]);
    expect(many.rescoringHours).toBeGreaterThanOrEqual(few.rescoringHours);
    expect(oldest(withEvents(8))).toBeGreaterThanOrEqual(oldest(withEvents(2)));
    expect(oldest(withWorkers(64))).toBeLessThanOrEqual(oldest(withWorkers(4)));
    expect(simulate(costs, withWorkers(64)).rescoringHours).toBeLessThanOrEqual(
      simulate(costs, withWorkers(4)).rescoringHours,
    );
  });

  it("knows no end where there are no workers to speak of", () => {
    expect(simulate(costs, withWorkers(0.001)).rescoringHours).toBe(Number.POSITIVE_INFINITY);
  });

  it("makes a large tenant use more of its quota than a small one, and read longer", () => {
    const { largest, large, middle } = simulate(costs, shape);
    expect(largest.quotaUsed).toBeGreaterThan(large.quotaUsed);
    expect(large.quotaUsed).toBeGreaterThan(middle.quotaUsed);
    expect(largest.backfillHours).toBeGreaterThan(middle.backfillHours);
  });

  it("is told in lines that fit a page, with what was not measured", () => {
    const text = report(costs, shape, simulate(costs, shape));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const [step, { basis }] of Object.entries(costs.steps))
      if (basis === "estimated") expect(text.split("\n")[2]).toContain(step);
  });
});
