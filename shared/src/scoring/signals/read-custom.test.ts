import { describe, expect, it } from "vitest";
import { daysAgo, daysAgoText, fact, NOW, ticket } from "../../../../tests/support/account-facts.ts";
import { foldObservations } from "../../fold-observations.ts";
import type { Observation } from "../../observation.ts";
import type { CustomValue } from "../../source-record.ts";
import { CHURN_PRIOR_V1 } from "../churn-prior-v1.ts";
import type { SourcesSeen } from "../health-result.ts";
import { scoreAccount } from "../score-account.ts";
import { parseScorecard } from "../scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scorecard-default-v1.ts";
import { type CustomSignal, customSignalSchema } from "./custom-signal.ts";
import { readCustom } from "./read-custom.ts";
import { signalContext } from "./signal-context.ts";

const COMPANY = "hubspot:company:1";
const ORGANIZATION = "zendesk:organization:7";
const goal: CustomSignal = {
  key: "goal",
  label: "Goal score",
  unit: "of 10",
  definition: "How the customer scores its own goal.",
  source: "hubspot",
  kind: "number",
  staleAfterDays: null,
  isFinancial: false,
};
const own = (value: CustomValue, days: number, key = "goal", subject = COMPANY): Observation =>
  fact(subject, days, { kind: "custom", key, value });
const read = (
  facts: readonly Observation[],
  of: Partial<CustomSignal> = {},
  sources: SourcesSeen = { crm: NOW, tickets: NOW },
) => readCustom({ ...goal, ...of }, signalContext(foldObservations(facts), NOW, sources));

describe("a signal of the tenant's own", () => {
  it("is read with its value, its unit and the day since when it holds", () => {
    expect(read([own(4, 50), own(7, 201)])).toEqual({
      signal: "custom.goal",
      state: "measured",
      value: 4,
      sentence: "Goal score: 4 of 10, since 1 October 2026.",
      observedAt: daysAgoText(50),
      evidence: [],
    });
  });

  it.each([
    [{ kind: "boolean" }, true, 1, "Goal score: yes, since 15 November 2026."],
    [{ kind: "boolean" }, 0, 0, "Goal score: no, since 15 November 2026."],
    [
      { kind: "choice", choices: { gold: 3, "2": 1 } },
      "gold",
      3,
      "Goal score: gold, since 15 November 2026.",
    ],
    [{ kind: "choice", choices: { gold: 3, "2": 1 } }, 2, 1, "Goal score: 2, since 15 November 2026."],
    [{ unit: "" }, 2.345, 2.345, "Goal score: 2.35, since 15 November 2026."],
  ] as const)("of the form %j takes %j for %j", (of, value, expected, sentence) => {
    expect(read([own(value, 5)], of)).toMatchObject({ state: "measured", value: expected, sentence });
  });

  it.each([
    [{}, "seven", "Goal score holds something that is not a number."],
    [{ kind: "boolean" }, 7, "Goal score holds something that is not yes or no."],
    [
      { kind: "choice", choices: { gold: 3 } },
      "tin",
      "Goal score holds a choice that the scorecard does not know.",
    ],
    [{}, null, "Goal score is not recorded."],
  ] as const)("of the form %j is missing with %j", (of, value, sentence) => {
    expect(read([own(value, 5)], of)).toMatchObject({ state: "missing", value: null, sentence });
  });

  it("is stale with its source, or when nobody changed it for as long as the scorecard says", () => {
    expect(read([own(4, 90)], { staleAfterDays: 90 }).state).toBe("measured");
    expect(read([own(4, 91)], { staleAfterDays: 90 }).state).toBe("stale");
    expect(read([own(4, 5)], {}, { crm: daysAgo(3), tickets: NOW }).state).toBe("stale");
    expect(read([own(4, 5)], {}, { crm: null, tickets: NOW })).toMatchObject({
      state: "missing",
      sentence: "HubSpot does not know this customer.",
    });
  });

  it("is of its own platform alone", () => {
    expect(read([own(4, 5, "goal", ORGANIZATION)]).state).toBe("missing");
    expect(read([own(4, 5, "goal", ORGANIZATION)], { source: "zendesk" }).value).toBe(4);
  });

  it("of a ticket field is the mean of the tickets that are open or recent, each once", () => {
    const of = { source: "zendesk" } as const;
    const field = (id: string, value: CustomValue, subject = ORGANIZATION) =>
      own(value, 5, `goal/zendesk:${id}`, subject);
    const facts = [
      ticket("1", 200),
      ticket("2", 20, { status: "solved" }),
      ticket("3", 60, { status: "solved" }),
      field("1", 2),
      field("1", 2, "zendesk:organization:8"),
      field("2", 7),
      field("3", 100),
      field("9", 100),
    ];
    expect(read(facts, of)).toMatchObject({
      value: 4.5,
      sentence: "Goal score: 4.5 of 10 on average of 2 open or recent tickets.",
    });
    expect(
      read([ticket("1", 3), ticket("2", 3), field("1", true), field("2", false)], { ...of, kind: "boolean" }),
    ).toMatchObject({
      value: 0.5,
      sentence: "Goal score: yes in 50% of 2 open or recent tickets.",
    });
  });

  it("counts in the score like any other measure, and tells whether it needs the grant", () => {
    const [first, ...others] = SCORECARD_DEFAULT_V1.dimensions;
    const scale = {
      kind: "ramp",
      points: [
        { value: 0, score: 0 },
        { value: 10, score: 100 },
      ],
    };
    const card = (isFinancial: boolean) =>
      parseScorecard({
        ...SCORECARD_DEFAULT_V1,
        customSignals: [customSignalSchema.parse({ ...goal, isFinancial })],
        dimensions: [
          {
            ...first,
            measures: [{ signal: "custom.goal", weight: 100, scale, source: "Made for the test" }],
          },
          ...others,
        ],
      });
    const score = (facts: readonly Observation[], isFinancial = false) =>
      scoreAccount({
        state: foldObservations(facts),
        createdAt: daysAgo(800),
        scorecard: card(isFinancial),
        churnModel: CHURN_PRIOR_V1,
        now: NOW,
        sources: { crm: NOW, tickets: NOW },
        previous: null,
      });
    expect(score([own(4, 5)]).contributions[0]).toMatchObject({
      measure: "custom.goal",
      label: "Goal score",
      measureScore: 40,
      isFinancial: false,
    });
    const remedy = "Fill the HubSpot property that is mapped to Goal score.";
    expect(score([]).missing).toContainEqual({ measure: "custom.goal", label: "Goal score", remedy });
    expect(score([]).nextStep).toBe(remedy);
    expect(score([], true).nextStep).not.toBe(remedy);
  });
});
