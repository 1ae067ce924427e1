import fc from "fast-check";
import { expect, it } from "vitest";
import type { Observation } from "../observation.ts";
import type { Outcome } from "../outcomes/outcome.ts";
import { DEFAULT_OUTCOME_SETTINGS } from "../outcomes/outcome-settings.ts";
import { DAY_MS } from "../units.ts";
import { CHURN_FEATURES } from "./feature-values.ts";
import { LOOK_BACK_DAYS, PERIOD_DAYS, referenceDates } from "./reference-dates.ts";
import { type TrainingAccount, trainingRows } from "./training-rows.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const OPTIONS = { now: NOW, settings: DEFAULT_OUTCOME_SETTINGS, ticketsFrom: undefined };
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);
const subject = "hubspot:company:1";
const base = { subject, source: "hubspot" } as const;
const profile = (at: Date, key: string, value: string | boolean): Observation => ({
  ...base,
  kind: "profile",
  key,
  value,
  at: at.toISOString(),
});
const usage = (at: Date, key: "logins" | "activeUsers" | "seats", value: number): Observation => ({
  ...base,
  kind: "usage",
  key,
  value,
  at: at.toISOString(),
});
const churned = (at: Date, part: Partial<Outcome> = {}): Outcome => ({
  kind: "churned",
  at,
  source: "person",
  sourceKey: at.toISOString(),
  reason: null,
  note: null,
  ...part,
});
const account = (part: Partial<TrainingAccount> = {}): TrainingAccount => ({
  accountId: "a",
  createdAt: ago(1),
  observations: [
    profile(ago(900), "becameCustomerAt", ago(900).toISOString()),
    usage(ago(890), "logins", 40),
    usage(ago(890), "activeUsers", 10),
    usage(ago(890), "seats", 20),
  ],
  outcomes: [],
  ...part,
});

it("looks at an account at dates a whole horizon apart, none of whose horizons is still open", () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.integer({ min: 30, max: 200 }),
      fc.integer({ min: 0, max: 400 }),
      (id, horizon, later) => {
        const now = new Date(NOW.getTime() + later * DAY_MS);
        const dates = referenceDates(id, now, horizon);
        expect(dates.length).toBeGreaterThan(0);
        for (const [i, at] of dates.entries()) {
          expect(at % (PERIOD_DAYS * DAY_MS)).toBe(0);
          expect(at + horizon * DAY_MS).toBeLessThanOrEqual(now.getTime());
          expect(now.getTime() - at).toBeLessThanOrEqual(LOOK_BACK_DAYS * DAY_MS);
          const before = dates[i - 1];
          if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(horizon * DAY_MS);
        }
      },
    ),
  );
});

it("counts a loss once, in the row before it, and looks no more at a lost account", () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 700 }), fc.uuid(), (days, accountId) => {
      const lostAt = ago(days);
      const rows = trainingRows(account({ accountId, outcomes: [churned(lostAt)] }), OPTIONS);
      const lost = rows.filter((row) => row.isLost);
      expect(lost).toHaveLength(1);
      expect(rows.at(-1)).toBe(lost[0]);
      expect(lost[0]?.at).toBeLessThan(lostAt.getTime());
      expect(lostAt.getTime() - (lost[0]?.at ?? 0)).toBeLessThanOrEqual(90 * DAY_MS);
    }),
  );
});

it("looks again at a customer who came back, and can lose it twice", () => {
  const outcomes = [churned(ago(700)), { ...churned(ago(500)), kind: "renewed" as const }, churned(ago(200))];
  const rows = trainingRows(account({ outcomes }), OPTIONS);
  expect(rows.filter((row) => row.isLost)).toHaveLength(2);
  expect(rows.some(({ at }) => at > ago(700).getTime() && at < ago(500).getTime())).toBe(false);
});

it("takes a smaller contract, and a loss whose horizon is still open, for no loss", () => {
  for (const outcome of [{ ...churned(ago(300)), kind: "contracted" as const }, churned(ago(1))]) {
    const rows = trainingRows(account({ outcomes: [outcome] }), OPTIONS);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.some((row) => row.isLost)).toBe(false);
  }
});

it("learns nothing from who never was a customer, or is gone since nobody knows when", () => {
  const [start, ...known] = account().observations;
  const stage = (at: Date, value: string): Observation => profile(at, "lifecycleStage", value);
  const rowsOf = (...observations: Observation[]): number =>
    trainingRows(account({ observations: [...known, ...observations] }), OPTIONS).length;
  const created = profile(ago(900), "createdAt", ago(900).toISOString());
  expect(rowsOf(created, stage(ago(880), "lead"))).toBe(0);
  expect(rowsOf(created, stage(ago(880), "customer"))).toBeGreaterThan(0);
  if (start) expect(rowsOf(start, stage(ago(50), "churned"))).toBe(0);
});

it("leaves out dates before the customer signed and dates of which nothing is known", () => {
  const late = account({
    observations: [
      profile(ago(900), "createdAt", ago(900).toISOString()),
      profile(ago(400), "becameCustomerAt", ago(400).toISOString()),
      usage(ago(890), "logins", 40),
      usage(ago(890), "seats", 20),
    ],
  });
  expect(trainingRows(late, OPTIONS).every(({ at }) => at >= ago(400).getTime())).toBe(true);
  const silent = account({ observations: account().observations.slice(0, 1) });
  expect(trainingRows(silent, OPTIONS)).toEqual([]);
});

const anyUsage = fc
  .tuple(
    fc.integer({ min: 0, max: 899 }),
    fc.constantFrom("logins", "activeUsers", "seats"),
    fc.integer({ min: 0, max: 60 }),
  )
  .map(([days, key, value]) => usage(ago(days), key, value));
const anyHistory = fc.array(anyUsage, { minLength: 3, maxLength: 25 });

it("lets nothing that became true later into a row", () => {
  fc.assert(
    fc.property(anyHistory, anyHistory, fc.integer({ min: 91, max: 800 }), (past, future, days) => {
      const cut = ago(days).toISOString();
      const start = account().observations.slice(0, 1);
      const before = past.filter((o) => o.at <= cut);
      const after = future.filter((o) => o.at > cut);
      const notice = profile(new Date(Date.parse(cut) + 1), "noticeOfNonRenewal", true);
      const rowsOf = (observations: Observation[]) =>
        trainingRows(account({ observations: [...start, ...observations] }), OPTIONS)
          .filter(({ at }) => new Date(at).toISOString() <= cut)
          .map(({ at, values }) => [at, ...values]);
      expect(rowsOf([...before, ...after, notice])).toEqual(rowsOf(before));
    }),
  );
});

it("does not depend on the order of arrival, nor on repetitions", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const rowsOf = (observations: Observation[]) =>
        trainingRows(
          account({ observations: [...account().observations.slice(0, 1), ...observations] }),
          OPTIONS,
        );
      expect(rowsOf([...history.toReversed(), ...history])).toEqual(rowsOf(history));
    }),
  );
});

it("reads the features as they stood: logins that fall are seen to fall, and the notice from its day on", () => {
  const falling = account({
    observations: [
      ...account().observations,
      usage(ago(300), "logins", 4),
      profile(ago(200), "noticeOfNonRenewal", true),
    ],
  });
  const rows = trainingRows(falling, OPTIONS);
  const column = (key: string) => CHURN_FEATURES.findIndex((feature) => feature.key === key);
  const at = (days: number, key: string) =>
    rows.findLast((row) => row.at <= ago(days).getTime())?.values[column(key)];
  expect(at(310, "login_frequency")).toBeGreaterThan(at(250, "login_frequency") ?? Number.NaN);
  expect(at(205, "notice_of_non_renewal")).toBe(0);
  expect(at(100, "notice_of_non_renewal")).toBe(1);
  expect(at(700, "nps")).toBeNaN();
});
