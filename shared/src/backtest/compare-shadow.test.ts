import { describe, expect, it } from "vitest";
import { daysAgo, NOW } from "../../../tests/support/account-facts.ts";
import type { Told } from "../outcomes/customer-history.ts";
import { compareShadow, type ShadowedAccount, tellDays } from "./compare-shadow.ts";
import type { ShadowStanding } from "./shadow-report.ts";

const stand = (band: ShadowStanding["band"], healthScore: number | null, isAtRisk = band === "red") => ({
  band,
  healthScore,
  isAtRisk,
});
const account = (id: string, part: Partial<ShadowedAccount> = {}): ShadowedAccount => ({
  id,
  name: `Customer ${id}`,
  active: stand("green", 80),
  shadow: stand("green", 80),
  activeDays: { changes: 0, alarmAt: null },
  shadowDays: { changes: 0, alarmAt: null },
  outcomes: [],
  ...part,
});
const told = (kind: Told["kind"], days: number): Told => ({ kind, at: daysAgo(days), source: "person" });
const alarm = (days: number) => ({ changes: 1, alarmAt: daysAgo(days) });

describe("two versions side by side", () => {
  it("says in how many bands they agree, and names those who differ, the widest first", () => {
    const report = compareShadow(
      [
        account("a"),
        account("b", { shadow: stand("yellow", 70) }),
        account("c", { shadow: stand("red", 20) }),
        account("d", { shadow: stand(null, null) }),
        account("new", { shadow: null, shadowDays: null }),
        account("lost", { active: null, shadow: null }),
      ],
      NOW,
    );
    expect(report).toMatchObject({ compared: 4, withoutShadow: 1, agreement: { share: 0.25 } });
    expect(report.differing.total).toBe(3);
    expect(report.differing.items.map((item) => item.accountId)).toEqual(["d", "c", "b"]);
    const { matrix } = report.agreement;
    expect(matrix).toHaveLength(16);
    expect(matrix.reduce((sum, cell) => sum + cell.customers, 0)).toBe(4);
    expect(matrix).toContainEqual({ active: "green", shadow: null, customers: 1 });
  });

  it("has no share of nobody, and nothing to decide", () => {
    const report = compareShadow([], NOW);
    expect(report.agreement.share).toBeNull();
    expect(report.verdict.sentence).toMatch(/^No alarm was raised by only one/);
  });

  it("counts changes and alarms, those of one side by name", () => {
    const { bandChanges, alarms } = compareShadow(
      [
        account("both", { activeDays: alarm(5), shadowDays: alarm(9) }),
        account("active", { activeDays: alarm(5) }),
        account("shadow", { shadowDays: alarm(5) }),
        account("unscored", { activeDays: alarm(5), shadowDays: null }),
      ],
      NOW,
    );
    expect(bandChanges).toEqual({ active: 2, shadow: 2 });
    expect(alarms).toEqual({
      both: 1,
      activeOnly: { total: 1, items: [{ accountId: "active", name: "Customer active" }] },
      shadowOnly: { total: 1, items: [{ accountId: "shadow", name: "Customer shadow" }] },
    });
  });
});

describe("who was right", () => {
  const verdictOf = (...accounts: ShadowedAccount[]) => {
    const { right, open } = compareShadow(accounts, NOW).verdict;
    return [right.active, right.shadow, open];
  };
  it.each([
    ["a loss after the alarm", [told("churned", 3)], 5, [0, 1, 0]],
    ["a loss before the alarm", [told("churned", 9)], 5, [0, 0, 1]],
    ["a renewal after the alarm", [told("renewed", 3)], 5, [1, 0, 0]],
    ["a smaller contract", [told("contracted", 3)], 5, [0, 0, 1]],
    ["a loss after a renewal", [told("renewed", 4), told("churned", 3)], 5, [0, 1, 0]],
    ["a loss more than 90 days later", [told("churned", 3)], 100, [1, 0, 0]],
    ["nothing for 90 days", [], 90, [1, 0, 0]],
    ["a loss that is yet to come", [told("churned", -3)], 5, [0, 0, 1]],
  ])("when only the shadow was alarmed: %s", (_, outcomes, days, expected) => {
    expect(verdictOf(account("a", { shadowDays: alarm(days), outcomes }))).toEqual(expected);
  });

  it("counts for the version in force where only that one was alarmed", () => {
    const lost = account("a", { activeDays: alarm(9), outcomes: [told("churned", 2)] });
    const kept = account("b", { activeDays: alarm(9), outcomes: [told("expanded", 2)] });
    expect(verdictOf(lost, kept)).toEqual([1, 1, 0]);
  });

  it("says that few alarms decide nothing", () => {
    const lost = (id: string) => account(id, { shadowDays: alarm(9), outcomes: [told("churned", 2)] });
    const ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    expect(compareShadow(ids.map(lost), NOW).verdict.sentence).not.toMatch(/too few/);
    expect(compareShadow(ids.slice(1).map(lost), NOW).verdict.sentence).toMatch(/too few to decide by\.$/);
  });
});

it("keeps of an account's days the changes of band and the first alarm", () => {
  const day = (days: number, band: string | null, isAtRisk = false) => ({
    at: daysAgo(days),
    band,
    isAtRisk,
  });
  expect(tellDays([])).toBeNull();
  expect(
    tellDays([day(9, "green"), day(8, "red", true), day(7, null), day(6, "green", true), day(5, "green")]),
  ).toEqual({ changes: 1, alarmAt: daysAgo(8) });
});
