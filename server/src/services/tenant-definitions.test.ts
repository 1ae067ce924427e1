import {
  CHURN_PRIOR_V1,
  type ChurnModel,
  SCORECARD_DEFAULT_V1,
  type Scorecard,
  type Segment,
  type TenantId,
  tenantId,
} from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { type DefinitionDeps, namedDefinitions, tenantDefinitions } from "./tenant-definitions.ts";

const TENANT = tenantId.parse("5b6f9f0e-7d3a-4a52-9a55-2f0b1f6f2b11");
const OTHER = tenantId.parse("5b6f9f0e-7d3a-4a52-9a55-2f0b1f6f2b12");
const NOW = new Date("2026-05-01T12:00:00.000Z");
const CARD: Scorecard = { ...SCORECARD_DEFAULT_V1, version: "own-1" };
const MODEL: ChurnModel = { ...CHURN_PRIOR_V1, version: "learned-1" };
const SHADOW = { definition: { ...CARD, version: "shadow-1" }, segments: ["new" as const] };

/** A tenant with a scorecard for new accounts, a learned model and a shadow; every other tenant has nothing. */
const deps: DefinitionDeps = {
  scorecards: {
    inForce: async (tenant: TenantId, now: Date) =>
      tenant === TENANT && now >= NOW
        ? { active: new Map<Segment, Scorecard>([["new", CARD]]), shadow: [SHADOW] }
        : { active: new Map<Segment, Scorecard>(), shadow: [] },
    definition: async (tenant, version) => (tenant === TENANT && version === CARD.version ? CARD : null),
  },
  churnModels: {
    inForce: async (tenant) => (tenant === TENANT ? MODEL : null),
    definition: async (tenant, version) => (tenant === TENANT && version === MODEL.version ? MODEL : null),
  },
  definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
};

describe("what a tenant's accounts are scored by", () => {
  it("is its own per segment, and the built-in one where it has none", async () => {
    const own = await tenantDefinitions(deps, TENANT, NOW);
    expect(own.scorecardFor("new")).toBe(CARD);
    expect(own.scorecardFor("growing")).toBe(SCORECARD_DEFAULT_V1);
    expect(own.churnModel).toBe(MODEL);
    expect(own.shadows).toEqual([SHADOW]);
    const none = await tenantDefinitions(deps, OTHER, NOW);
    expect(none.scorecardFor("new")).toBe(SCORECARD_DEFAULT_V1);
    expect(none).toMatchObject({ churnModel: CHURN_PRIOR_V1, shadows: [] });
  });
});

describe("the versions that a result names", () => {
  const named = (tenant: TenantId, scorecard: string, churnModel: string) =>
    namedDefinitions(deps, tenant, { scorecard, churnModel });

  it("are found whether they came with the product or are the tenant's own", async () => {
    expect(await named(TENANT, "own-1", "learned-1")).toEqual({ scorecard: CARD, churnModel: MODEL });
    expect(await named(OTHER, "default-1", "prior-1")).toEqual({
      scorecard: SCORECARD_DEFAULT_V1,
      churnModel: CHURN_PRIOR_V1,
    });
    expect((await named(OTHER, "six-1", "prior-1")).scorecard.version).toBe("six-1");
  });

  it("are named where they are not known, another tenant's included", async () => {
    await expect(named(OTHER, "own-1", "prior-1")).rejects.toThrow(
      "with the scorecard own-1, which is not known",
    );
    await expect(named(OTHER, "default-1", "learned-1")).rejects.toThrow(
      "with the churn model learned-1, which",
    );
  });
});
