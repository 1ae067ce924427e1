import { writeBackValues } from "@bellwether/shared";
import { expect, it } from "vitest";
import type { Sandbox, SandboxWrite } from "../../sandbox/index.ts";
import { healthResult } from "../../support/health-result.ts";
import { checkWrites, type Disturbance } from "./check-writes.ts";

const result = healthResult();
const shown = writeBackValues(result, { change30d: null, onboardingProgress: null, keys: null });
const write = (second: number, values: Record<string, string> = {}, tenant = "1"): SandboxWrite => ({
  at: new Date(second * 1_000),
  platform: "hubspot",
  tenant,
  objectType: "company",
  id: "7",
  values: { ...shown, ...values },
  ticketStatus: null,
});
const stored = {
  accounts: [{ name: "Acme", parties: ["hubspot:company:7"], versions: 2, current: { result } }],
};
const numbersOf = (writes: SandboxWrite[], disturbances: Disturbance[] = []): string[] => {
  const sandbox = { writes, portalId: "1", subdomain: "acme" } as Sandbox;
  return checkWrites(sandbox, stored, disturbances).violations.map((violation) => violation.slice(0, 3));
};
const other = { bellwether_health_score: "1.5", bellwether_scored_at: "2000-01-01T00:00:00.000Z" };

it("finds nothing where versions followed each other, or a call that was cut off was repeated", () => {
  expect(numbersOf([write(1, other), write(2)])).toEqual([]);
  expect(numbersOf([write(1), write(5)], [{ from: 3_000, to: 3_000 }])).toEqual([]);
});

it("finds a wrong last value, a step back, a repeat for no reason, too many versions and a foreign record", () => {
  expect(numbersOf([write(1, { bellwether_health_score: "1.5" })])).toEqual(["(3)"]);
  expect(numbersOf([write(1), write(2, other)])).toContain("(4)");
  expect(numbersOf([write(1), write(5)])).toEqual(["(5)"]);
  expect(numbersOf([write(1), write(5)], [{ from: 6_000, to: 6_000 }])).toEqual(["(5)"]);
  const third = { ...other, bellwether_health_score: "3" };
  expect(numbersOf([write(1, third), write(2, other), write(3)])).toEqual(["(5)"]);
  expect(numbersOf([write(1, {}, "2")])).toEqual(["(6)"]);
});
