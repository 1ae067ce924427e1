import fc from "fast-check";
import { expect, it } from "vitest";
import { COMPANY, NOW, ORGANIZATION } from "../../../tests/support/account-facts.ts";
import { anyFact } from "../../../tests/support/any-fact.ts";
import { emptyAccountState } from "../account-state.ts";
import type { Band } from "../api/account-health.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { DatedOverride, Override } from "../corrections/correction.ts";
import { applyObservation, foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { lostSince } from "../outcomes/lost-since.ts";
import type { Outcome } from "../outcomes/outcome.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import type { ScoreInputs } from "../scoring/score-inputs.ts";
import { parseScorecard, type Scorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { DAY_MS, HOUR_MS } from "../units.ts";
import { calculate, type KnownAccount, recalculate } from "./calculate.ts";
import { resultDifferences } from "./result-differences.ts";
import { memoryOf, type VersionMemory } from "./version-memory.ts";

/** Scorecards that differ in weights and lines; two of them for the same segments, so that versions come and go. */
const CARDS: readonly Scorecard[] = [
  SCORECARD_DEFAULT_V1,
  ...[40, 60, 65].map((yellowFrom, i) =>
    parseScorecard({
      ...SCORECARD_DEFAULT_V1,
      version: `variant-${i + 1}`,
      coverageFloor: 0.02,
      bands: { ...SCORECARD_DEFAULT_V1.bands, yellowFrom },
    }),
  ),
];
const MODELS = [CHURN_PRIOR_V1, { ...CHURN_PRIOR_V1, version: "other-1", intercept: { mean: -2, sd: 0.5 } }];

type Step =
  | { do: "arrive"; subject: string; fact: Observation; daysLate: number }
  | { do: "score"; hours: number }
  | { do: "override"; override: Override; days: number }
  | { do: "activate"; card: number; model: number }
  | { do: "outcome"; kind: Outcome["kind"]; daysAgo: number }
  | { do: "retract" }
  | { do: "link" };

const anyOverride: fc.Arbitrary<Override> = fc.oneof(
  fc.record({ kind: fc.constant("band" as const), band: fc.constantFrom<Band>("red", "yellow", "green") }),
  fc.record({ kind: fc.constant("points" as const), points: fc.double({ min: -15, max: 15, noNaN: true }) }),
);
const OTHER = "hubspot:company:9";
const anyArrival: fc.Arbitrary<Step> = fc
  .tuple(anyFact, fc.constantFrom(COMPANY, COMPANY, ORGANIZATION, OTHER), fc.integer({ min: 0, max: 400 }))
  .map(([fact, subject, daysLate]) => ({
    do: "arrive",
    subject,
    fact: { ...fact, subject, source: subject === ORGANIZATION ? "zendesk" : "hubspot", at: "" },
    daysLate,
  }));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: anyArrival },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("score" as const), hours: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("override" as const),
      override: anyOverride,
      days: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("activate" as const), card: fc.nat(3), model: fc.nat(1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("outcome" as const),
      kind: fc.constantFrom("churned" as const, "renewed" as const),
      daysAgo: fc.integer({ min: 0, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "retract" }, { do: "link" }) },
);

interface Stored {
  calculatedAt: Date;
  text: string;
  result: HealthResult;
  inputs: ScoreInputs;
}

/** A tenant's ledger and one account of it, as the server keeps them, in memory. */
class World {
  now = new Date(NOW.getTime() - 200 * DAY_MS);
  readonly ledger: { observation: Observation; position: number }[] = [];
  readonly stored: Stored[] = [];
  readonly #told = new Set<string>();
  readonly #subjects = [COMPANY];
  readonly #createdAt = new Date(NOW.getTime() - 300 * DAY_MS);
  #state = emptyAccountState();
  #overrides: DatedOverride[] = [];
  #outcomes: Outcome[] = [];
  #memories: readonly VersionMemory[] = [];
  #inForce: { card: Scorecard; model: typeof CHURN_PRIOR_V1 } = {
    card: SCORECARD_DEFAULT_V1,
    model: CHURN_PRIOR_V1,
  };

  take(step: Step): void {
    if (step.do === "arrive") this.#arrive(step);
    else if (step.do === "score") this.#score(step.hours);
    else if (step.do === "override") this.#override(step);
    else if (step.do === "activate")
      this.#inForce = {
        card: CARDS[step.card] ?? SCORECARD_DEFAULT_V1,
        model: MODELS[step.model] ?? CHURN_PRIOR_V1,
      };
    else if (step.do === "outcome") this.#outcome(step);
    else if (step.do === "retract") this.#outcomes = this.#outcomes.slice(1);
    else this.#link();
  }

  #arrive({ fact, daysLate }: Extract<Step, { do: "arrive" }>): void {
    const observation = { ...fact, at: new Date(this.now.getTime() - daysLate * DAY_MS).toISOString() };
    const text = canonicalJson(observation);
    if (this.#told.has(text)) return; // each once
    this.#told.add(text);
    this.ledger.push({ observation, position: this.ledger.length * 3 + 1 });
    if (this.#subjects.includes(observation.subject))
      this.#state = applyObservation(this.#state, observation);
  }

  #link(): void {
    if (this.#subjects.includes(ORGANIZATION)) return;
    this.#subjects.push(ORGANIZATION);
    for (const { observation } of this.ledger)
      if (observation.subject === ORGANIZATION) this.#state = applyObservation(this.#state, observation);
  }

  #override({ override, days }: Extract<Step, { do: "override" }>): void {
    this.#overrides.push({
      ...override,
      correctionId: `c${this.#overrides.length}`,
      reason: "They told us.",
      by: "Ada",
      at: this.now.toISOString(),
      expiresAt: new Date(this.now.getTime() + days * DAY_MS).toISOString(),
    });
  }

  #outcome({ kind, daysAgo }: Extract<Step, { do: "outcome" }>): void {
    const at = new Date(this.now.getTime() - daysAgo * DAY_MS);
    const sourceKey = `o${this.#outcomes.length}`;
    this.#outcomes.push({ kind, at, source: "person", sourceKey, reason: null, note: null });
  }

  #known(): KnownAccount {
    const lostAt = lostSince(this.#outcomes, this.now);
    const own = this.ledger.filter(({ observation }) => this.#subjects.includes(observation.subject));
    const counting =
      lostAt === null ? own : own.filter(({ observation: { at } }) => at <= lostAt.toISOString());
    const before = lostAt && this.stored.findLast((stored) => stored.calculatedAt < lostAt);
    return {
      createdAt: this.#createdAt,
      observations: own.map((entry) => entry.observation),
      position: String(Math.max(0, ...counting.map((entry) => entry.position))),
      subjects: [...this.#subjects],
      overrides: [...this.#overrides],
      memories:
        lostAt === null ? this.#memories : before ? [memoryOf(before.result, before.inputs.previous)] : [],
      lostAt,
    };
  }

  #score(hours: number): void {
    this.now = new Date(this.now.getTime() + hours * HOUR_MS);
    const known = this.#known();
    const { card, model } = this.#inForce;
    const definitions = { scorecardFor: () => card, churnModel: model };
    const sources = { crm: this.now, tickets: this.now, ticketsFrom: "zendesk" as const };
    const { state, memories, ...calculation } = calculate(known, definitions, sources, this.now);
    expect(JSON.stringify(this.#state)).toBe(JSON.stringify(foldObservations(known.observations)));
    if (known.lostAt === null) {
      expect(JSON.stringify(state)).toBe(JSON.stringify(this.#state));
      this.#memories = JSON.parse(JSON.stringify(memories));
    }
    const text = JSON.stringify(calculation.result);
    this.stored.push({ calculatedAt: this.now, text, ...JSON.parse(JSON.stringify(calculation)) });
  }
}

/** As the server does it: what stands in the store, and the ledger as it has become meanwhile. */
function replayed(world: World, { result, inputs }: Stored): HealthResult {
  const seen = world.ledger.filter(
    ({ observation, position }) =>
      position <= Number(inputs.position) && inputs.subjects.includes(observation.subject),
  );
  const scorecard = CARDS.find((card) => card.version === result.scorecardVersion) ?? SCORECARD_DEFAULT_V1;
  const churnModel =
    MODELS.find((model) => model.version === result.churnRisk.modelVersion) ?? CHURN_PRIOR_V1;
  return recalculate(seen.map((entry) => entry.observation).toReversed(), inputs, { scorecard, churnModel });
}

const LONG_MS = 180_000;

it(
  "is the same state one by one and rebuilt, and every stored result comes out again, on 1,000 random histories",
  () => {
    let results = 0;
    let lost = 0;
    let overridden = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 5, maxLength: 44, size: "max" }), (steps) => {
        const world = new World();
        for (const step of steps) world.take(step);
        for (const stored of world.stored) {
          const again = replayed(world, stored);
          expect(resultDifferences(stored.result, again)).toEqual([]);
          expect(JSON.stringify(again)).toBe(stored.text);
          results += 1;
          if (stored.inputs.lostAt !== null) lost += 1;
          if (stored.result.override !== null) overridden += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    // the histories are worth their name
    expect(results).toBeGreaterThan(2_000);
    expect(lost).toBeGreaterThan(100);
    expect(overridden).toBeGreaterThan(100);
  },
  LONG_MS,
);
