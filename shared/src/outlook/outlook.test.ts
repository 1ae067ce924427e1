import fc from "fast-check";
import { expect, it } from "vitest";
import {
  COMPANY,
  contact,
  NOW,
  ORGANIZATION,
  profile,
  touch,
  usage,
} from "../../../tests/support/account-facts.ts";
import { anyFact } from "../../../tests/support/any-fact.ts";
import type { Observation } from "../observation.ts";
import { type Calculation, calculate } from "../replay/calculate.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import type { HealthResult, SourcesSeen } from "../scoring/health-result.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { parseScorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "../scoring/scorecard-six-v1.ts";
import { usageConfirmedFrom, usageConfirmedMs } from "../scoring/signals/signal-context.ts";
import { DAY_MS, HOUR_MS } from "../units.ts";
import { holdingsAt, type InForce, stillSays } from "./holdings.ts";
import { FOR_GOOD, type Outlook, outlookOf } from "./outlook.ts";
import { whatIsSaid } from "./what-is-said.ts";

const CARDS = [SCORECARD_DEFAULT_V1, SCORECARD_SIX_V1].map((card) =>
  parseScorecard({ ...card, version: `${card.version}-low`, coverageFloor: 0.05 }),
);
const readAt = (now: Date): SourcesSeen => ({
  crm: new Date(now.getTime() - HOUR_MS),
  tickets: new Date(now.getTime() - HOUR_MS / 2),
});

function scoredAt(
  observations: readonly Observation[],
  now: Date,
  scorecard: Scorecard,
  memories: Calculation["memories"] = [],
): Calculation {
  const account = { createdAt: new Date(NOW.getTime() - 400 * DAY_MS), observations, position: "1" };
  return calculate(
    { ...account, subjects: [COMPANY], overrides: [], memories, lostAt: null },
    { scorecardFor: () => scorecard, churnModel: CHURN_PRIOR_V1 },
    readAt(now),
    now,
  );
}

const outlookAt = (calculation: Calculation, scorecard: Scorecard): Outlook | null =>
  outlookOf({ calculation, scorecard, churnModel: CHURN_PRIOR_V1, sources: readAt(NOW), settings: 1 });
const inForceAt = (scorecard: Scorecard, now: Date): InForce => ({
  scorecardFor: () => scorecard,
  churnModel: CHURN_PRIOR_V1,
  sources: readAt(now),
  settings: 1,
});
const says = (outlook: Outlook, scorecard: Scorecard, now: Date): boolean =>
  stillSays(outlook, holdingsAt(inForceAt(scorecard, now), now.getTime()), now.getTime());

/** What the next calculation goes on with, apart from the time of the last one. */
const goesOnWith = ({ bandMemory: { lastEvaluatedAt: _, ...memory }, caps }: HealthResult) => ({
  ...memory,
  caps,
});

const anyObservation = fc
  .tuple(
    anyFact,
    fc.constantFrom(COMPANY, COMPANY, ORGANIZATION),
    fc.integer({ min: -3 * 24, max: 400 * 24 }),
  )
  .map(
    ([fact, subject, hours]): Observation => ({
      ...fact,
      subject,
      source: subject === COMPANY ? "hubspot" : "zendesk",
      at: new Date(NOW.getTime() - hours * HOUR_MS).toISOString(),
    }),
  );
const anyLater = fc.oneof(
  fc.integer({ min: 1, max: 30 * DAY_MS }),
  fc.constantFrom(DAY_MS, 2 * DAY_MS, 7 * DAY_MS),
);

it("never says the same where the whole calculation says something else", () => {
  let held = 0;
  fc.assert(
    fc.property(
      fc.array(anyObservation, { minLength: 3, maxLength: 14 }),
      anyLater,
      fc.constantFrom(...CARDS),
      (observations, laterMs, scorecard) => {
        const first = scoredAt(observations, NOW, scorecard);
        const outlook = outlookAt(first, scorecard);
        const later = new Date(NOW.getTime() + laterMs);
        if (outlook === null || !says(outlook, scorecard, later)) return;
        held++;
        const second = scoredAt(observations, later, scorecard, first.memories);
        expect(whatIsSaid(second.result)).toBe(whatIsSaid(first.result));
        expect(goesOnWith(second.result)).toEqual(goesOnWith(first.result));
      },
    ),
    { numRuns: 3000 },
  );
  expect(held).toBeGreaterThan(100); // else it has shown nothing
});

const DAY_LATER = new Date(NOW.getTime() + DAY_MS);
const CUSTOMER: readonly Observation[] = [
  profile("name", "Acme", 500),
  profile("becameCustomerAt", "2024-03-01T00:00:00.000Z", 500),
  contact("1", "champion", 300),
  usage("seats", 50, 400),
  usage("activeUsers", 40, 70),
  usage("activeUsers", 41, 2),
  usage("logins", 300, 2),
  usage("featuresActivated", 7, 2),
  usage("featuresAvailable", 10, 400),
];
const [CARD = SCORECARD_DEFAULT_V1] = CARDS;
const outlookOn = (more: readonly Observation[]): Outlook => {
  const outlook = outlookAt(scoredAt([...CUSTOMER, ...more], NOW, CARD), CARD);
  if (outlook === null) throw new Error("there is no outlook");
  return outlook;
};

it("leaves a customer alone whose numbers stand still, and looks again where one of them moves", () => {
  expect(says(outlookOn([touch("company", 200)]), CARD, DAY_LATER)).toBe(true);
  expect(says(outlookOn([touch("company", 30)]), CARD, DAY_LATER)).toBe(false);
  expect(says(outlookOn([touch("contact:1", 89.5)]), CARD, DAY_LATER)).toBe(false);
});

it("looks again where a source has become stale, a definition another one, or a setting", () => {
  const outlook = outlookOn([]);
  const inForce = inForceAt(CARD, DAY_LATER);
  const saysWith = (part: Partial<InForce>): boolean =>
    stillSays(outlook, holdingsAt({ ...inForce, ...part }, DAY_LATER.getTime()), DAY_LATER.getTime());
  expect(saysWith({})).toBe(true);
  expect(saysWith({ sources: readAt(new Date(NOW.getTime() - HOUR_MS)) })).toBe(false);
  expect(saysWith({ scorecardFor: () => ({ ...CARD, version: "another" }) })).toBe(false);
  expect(saysWith({ churnModel: { ...CHURN_PRIOR_V1, version: "another" } })).toBe(false);
  expect(saysWith({ settings: 2 })).toBe(false);
});

it("says nothing of a time before it was made, nor of one weeks later", () => {
  const outlook = outlookOn([]);
  expect(says(outlook, CARD, new Date(NOW.getTime() - 1))).toBe(false);
  expect(says(outlook, CARD, new Date(NOW.getTime() + 29 * DAY_MS))).toBe(false);
});

it("lets no text count days for long that stand still", () => {
  const until = (days: number): number => {
    const outlook = outlookOn([touch("company", days)]);
    return (outlook.until - NOW.getTime()) / DAY_MS;
  };
  // levels of the contact's ramp
  expect(until(4)).toBe(1);
  expect(until(200)).toBe(3);
});

it("says nothing of an account under a cap", () => {
  const notice = profile("noticeOfNonRenewal", true, 3);
  expect(outlookAt(scoredAt([...CUSTOMER, notice], NOW, CARD), CARD)).toBeNull();
});

it("of a lost account says that it stays, until a setting changes", () => {
  const first = scoredAt(CUSTOMER, NOW, CARD);
  const result = { ...first.result, lostAt: NOW.toISOString() };
  const outlook = outlookAt({ ...first, result }, CARD);
  expect(outlook?.until).toBe(FOR_GOOD);
  expect(outlook && says(outlook, CARD, new Date(NOW.getTime() + 900 * DAY_MS))).toBe(true);
});

it("tells from one line when gauges are stale, as the account's own context does", () => {
  const at = fc.integer({ min: -60 * 24, max: 24 }).map((hours) => new Date(NOW.getTime() + hours * HOUR_MS));
  const maybe = fc.option(at, { nil: null });
  fc.assert(
    fc.property(
      maybe,
      maybe,
      at,
      fc.boolean(),
      fc.constantFrom(1, 72, 60 * 24),
      (crm, events, moved, isCounted, limit) => {
        const sources: SourcesSeen = { crm, tickets: null, usage: events };
        const usageOf = { movedMs: moved.getTime(), isCounted };
        const isStale = NOW.getTime() - usageConfirmedMs(usageOf, sources, NOW.getTime()) > limit * HOUR_MS;
        expect(usageOf.movedMs < usageConfirmedFrom(usageOf, limit, sources, NOW.getTime())).toBe(isStale);
      },
    ),
  );
});
