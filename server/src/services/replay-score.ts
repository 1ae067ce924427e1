import {
  type AccountId,
  foldAsOf,
  type HealthResult,
  type ResultDifference,
  recalculate,
  resultDifferences,
  resultOf,
  type ScoreInputs,
  type TenantId,
  type Versions,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type { ReplayStore, StoredCalculation } from "./ports.ts";
import { type DefinitionDeps, namedDefinitions } from "./tenant-definitions.ts";

export interface ReplayDeps extends DefinitionDeps {
  replays: ReplayStore;
}

export interface Replay {
  account: { id: AccountId; name: string };
  askedAt: Date;
  /** When the stored result was calculated: the newest at or before `askedAt`. */
  calculatedAt: Date;
  versions: { scorecard: string; churnModel: string };
  stored: HealthResult;
  recalculated: HealthResult;
  /** `not_comparable` = what the stored result was calculated from is not known exactly. */
  verdict: "identical" | "different" | "not_comparable";
  /** Empty unless the verdict is `different`. */
  differences: ResultDifference[];
  /** The verdict in words. */
  sentence: string;
}

/**
 * The score that was in force at a moment, calculated once more from the ledger as it was known then, the versions
 * and the inputs that were kept with it, and compared with what was stored to the last bit.
 * @throws {AppError} `not_found` for an unknown account, or where it had no score yet; `conflict` where a version is
 * not known any more
 */
export async function replayScore(
  deps: ReplayDeps,
  tenant: TenantId,
  id: AccountId,
  askedAt: Date,
): Promise<Replay> {
  const account = await deps.replays.account(tenant, id);
  if (account === null) throw new AppError("not_found", `There is no account with the id ${id}.`);
  const calculation = await deps.replays.calculation(tenant, id, askedAt);
  if (calculation === null)
    throw new AppError("not_found", noScoreYet(askedAt, await deps.replays.firstCalculatedAt(tenant, id)));
  const { result: stored } = calculation;
  const named = { scorecard: stored.scorecardVersion, churnModel: stored.churnRisk.modelVersion };
  const versions = await namedDefinitions(deps, tenant, named);
  const again =
    calculation.inputs === null
      ? await fromDatedFacts(deps, tenant, { ...account, stored }, versions)
      : await fromInputs(deps, tenant, stored, calculation.inputs, versions);
  return {
    account: { id, name: account.name },
    askedAt,
    calculatedAt: calculation.calculatedAt,
    versions: named,
    stored,
    ...again,
    sentence: sentenceOf(again, calculation),
  };
}

const noScoreYet = (askedAt: Date, first: Date | null): string =>
  first === null
    ? "This account has no score yet: none was ever calculated."
    : `At ${askedAt.toISOString()} this account had no score yet; the first one is of ${first.toISOString()}.`;

type Again = Pick<Replay, "recalculated" | "verdict" | "differences">;

async function fromInputs(
  deps: ReplayDeps,
  tenant: TenantId,
  stored: HealthResult,
  inputs: ScoreInputs,
  versions: Versions,
): Promise<Again> {
  const observations = await deps.replays.observations(tenant, inputs.subjects, inputs.position);
  const recalculated = recalculate(observations, inputs, versions);
  const differences = resultDifferences(stored, recalculated);
  return { recalculated, differences, verdict: differences.length === 0 ? "identical" : "different" };
}

/** What is known today of that day: facts that arrived later are in it, the memory of the evaluation before is not. */
async function fromDatedFacts(
  deps: ReplayDeps,
  tenant: TenantId,
  { stored, subjects, createdAt }: { stored: HealthResult; subjects: readonly string[]; createdAt: Date },
  versions: Versions,
): Promise<Again> {
  const observations = await deps.replays.observations(tenant, subjects, null);
  const seen = (source: string): string | null =>
    stored.freshness.find((row) => row.source === source)?.lastSeenAt ?? null;
  const inputs: ScoreInputs = {
    position: "0",
    subjects,
    createdAt: createdAt.toISOString(),
    now: stored.scoredAt,
    sources: { crm: seen("crm"), tickets: seen("tickets"), ticketsFrom: null },
    previous: null,
    overrides: [],
    lostAt: stored.lostAt,
  };
  const state = foldAsOf(observations, new Date(stored.scoredAt));
  return { recalculated: resultOf(state, inputs, versions), differences: [], verdict: "not_comparable" };
}

function sentenceOf({ verdict, differences }: Again, { isReconstructed }: StoredCalculation): string {
  if (verdict === "identical") return "The recalculated score is identical with the stored one.";
  if (verdict === "different")
    return differences.length === 1
      ? "The recalculated score differs from the stored one in 1 value."
      : `The recalculated score differs from the stored one in ${differences.length} values.`;
  const why = isReconstructed
    ? "The stored score was reconstructed later from dated facts"
    : "The stored score is from before its inputs were kept";
  return `${why}, so it cannot be compared exactly; this is the score from the facts that are known today and dated up to that moment.`;
}
