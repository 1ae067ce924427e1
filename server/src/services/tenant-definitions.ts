import {
  builtInChurnModel,
  builtInScorecard,
  type ChurnModel,
  type Scorecard,
  type Segment,
  type TenantId,
  type Versions,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type { ChurnModelStore, ScorecardStore } from "./ports.ts";
import type { Definitions } from "./scoring-inputs.ts";

export interface DefinitionDeps {
  scorecards: Pick<ScorecardStore, "inForce" | "definition">;
  churnModels: Pick<ChurnModelStore, "inForce" | "definition">;
  /** Where a tenant has none of its own. */
  definitions: Definitions;
}

/** What a tenant's accounts are scored by at one moment. */
export interface TenantDefinitions {
  scorecardFor(segment: Segment): Scorecard;
  churnModel: ChurnModel;
  /** Beside the ones in force, for these segments; neither shown nor written anywhere. */
  shadows: readonly { definition: Scorecard; segments: readonly Segment[] }[];
}

export async function tenantDefinitions(
  deps: DefinitionDeps,
  tenant: TenantId,
  now: Date,
): Promise<TenantDefinitions> {
  const [{ active, shadow }, churnModel] = await Promise.all([
    deps.scorecards.inForce(tenant, now),
    deps.churnModels.inForce(tenant),
  ]);
  return {
    scorecardFor: (segment) => active.get(segment) ?? deps.definitions.scorecard,
    churnModel: churnModel ?? deps.definitions.churnModel,
    shadows: shadow,
  };
}

/**
 * The definitions that a result names, whether they are in force or not.
 * @throws {AppError} `conflict`, naming the version that is not known
 */
export async function namedDefinitions(
  deps: DefinitionDeps,
  tenant: TenantId,
  named: { scorecard: string; churnModel: string },
): Promise<Versions> {
  const scorecard =
    builtInScorecard(named.scorecard) ?? (await deps.scorecards.definition(tenant, named.scorecard));
  const churnModel =
    builtInChurnModel(named.churnModel) ?? (await deps.churnModels.definition(tenant, named.churnModel));
  if (scorecard === null) throw unknownVersion("scorecard", named.scorecard);
  if (churnModel === null) throw unknownVersion("churn model", named.churnModel);
  return { scorecard, churnModel };
}

const unknownVersion = (what: string, version: string): AppError =>
  new AppError(
    "conflict",
    `This score was calculated with the ${what} ${version}, which is not known here any more; ` +
      "without it the score cannot be calculated again.",
  );
