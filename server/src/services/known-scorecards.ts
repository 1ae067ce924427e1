import {
  builtInScorecard,
  builtInScorecards,
  canonicalJson,
  type Scorecard,
  type Segment,
  segmentSchema,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type { StoredScorecard } from "./ports.ts";
import type { ScorecardDeps } from "./scorecard-deps.ts";
import { inUse } from "./segment-stacks.ts";

export const ALL_SEGMENTS: readonly Segment[] = segmentSchema.options;

/** A version with what follows from the activations. */
export interface KnownScorecard extends StoredScorecard {
  /** Came with the product; its definition does not change. */
  isBuiltIn: boolean;
  activeFor: Segment[];
  /** Of definition, segments and note; who changes a draft says which one was read. */
  revision: string;
}

type ListDeps = Pick<ScorecardDeps, "scorecards" | "definitions" | "sha256">;

/** All versions of a tenant, the built-in ones first, whether they were ever used or not. */
export async function knownScorecards(deps: ListDeps, tenant: TenantId): Promise<KnownScorecard[]> {
  const [stored, activations] = await Promise.all([
    deps.scorecards.list(tenant),
    deps.scorecards.activations(tenant),
  ]);
  const used = inUse(activations, deps.definitions.scorecard.version);
  const names = new Set(stored.map((card) => card.version));
  const templates = builtInScorecards().filter(({ version }) => !names.has(version));
  return [...templates.map(asTemplate), ...stored]
    .map((card) => known(deps, card, used))
    .sort((a, b) => Number(b.isBuiltIn) - Number(a.isBuiltIn));
}

/** @throws {AppError} `not_found`, for another tenant's version too */
export async function knownScorecard(
  deps: ListDeps,
  tenant: TenantId,
  version: string,
): Promise<KnownScorecard> {
  const [card, activations] = await Promise.all([
    storedOrTemplate(deps, tenant, version),
    deps.scorecards.activations(tenant),
  ]);
  return known(deps, card, inUse(activations, deps.definitions.scorecard.version));
}

/** @throws {AppError} `not_found` */
export async function storedOrTemplate(
  { scorecards }: Pick<ScorecardDeps, "scorecards">,
  tenant: TenantId,
  version: string,
): Promise<StoredScorecard> {
  const stored = await scorecards.find(tenant, version);
  if (stored !== null) return stored;
  const template = builtInScorecard(version);
  if (template !== null) return asTemplate(template);
  throw new AppError("not_found", `There is no scorecard ${version}.`);
}

export const isBuiltIn = (version: string): boolean => builtInScorecard(version) !== null;

export const revisionOf = (
  { sha256 }: Pick<ScorecardDeps, "sha256">,
  { definition, segments, note }: StoredScorecard,
): string => sha256(canonicalJson({ definition, segments: segments.toSorted(), note })).slice(0, 16);

function known(
  deps: Pick<ScorecardDeps, "sha256">,
  card: StoredScorecard,
  used: ReadonlyMap<Segment, string>,
): KnownScorecard {
  const activeFor = ALL_SEGMENTS.filter((segment) => used.get(segment) === card.version);
  // the built-in one that is used from the start has no activation that would have said so
  const status = activeFor.length > 0 ? "active" : card.status;
  return { ...card, status, isBuiltIn: isBuiltIn(card.version), activeFor, revision: revisionOf(deps, card) };
}

const SHIPPED_AT = new Date(0);

/** As nobody has done anything with it yet. */
const asTemplate = (definition: Scorecard): StoredScorecard => ({
  version: definition.version,
  status: "draft",
  segments: [...ALL_SEGMENTS],
  definition,
  basedOn: null,
  note: null,
  createdBy: "system",
  createdAt: SHIPPED_AT,
  proposedBy: null,
  proposedAt: null,
  approvedBy: null,
  approvedAt: null,
  shadowSince: null,
  shadowUntil: null,
  backtest: null,
  updatedAt: SHIPPED_AT,
});
