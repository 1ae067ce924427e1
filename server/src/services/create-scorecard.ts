import type { Segment } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import {
  ALL_SEGMENTS,
  isBuiltIn,
  type KnownScorecard,
  knownScorecard,
  storedOrTemplate,
} from "./known-scorecards.ts";
import { readDefinition } from "./read-definition.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";

export interface DraftWanted {
  /** As it comes from outside; absent = a copy of `basedOn`. */
  definition?: unknown;
  /** Name of the copy. */
  version?: string | undefined;
  segments?: readonly Segment[] | undefined;
  basedOn?: string | undefined;
  note?: string | undefined;
}

/**
 * A new draft, from a definition or as a copy of a version.
 * @throws {AppError} `request_invalid`, `not_found`, `conflict` where the version exists
 */
export async function createScorecard(
  deps: ScorecardDeps,
  { tenant, actor }: Omit<ScorecardAct, "version">,
  wanted: DraftWanted,
): Promise<KnownScorecard> {
  const base = wanted.basedOn === undefined ? null : await storedOrTemplate(deps, tenant, wanted.basedOn);
  if (wanted.definition === undefined && base === null)
    throw new AppError("request_invalid", "definition: send one, or name in basedOn which version to copy.");
  const definition = readDefinition(wanted.definition ?? { ...base?.definition, version: wanted.version });
  const { version } = definition;
  if (wanted.version !== undefined && wanted.version !== version)
    throw new AppError(
      "request_invalid",
      `version: is ${wanted.version}, but the definition says ${version}.`,
    );
  if (isBuiltIn(version))
    throw new AppError("conflict", `${version} comes with the product; give your own version another name.`);
  const now = deps.clock.now();
  await deps.scorecards.insert(tenant, {
    version,
    status: "draft",
    segments: [...(wanted.segments ?? base?.segments ?? ALL_SEGMENTS)],
    definition,
    basedOn: base?.version ?? null,
    note: wanted.note ?? null,
    createdBy: actor.id,
    createdAt: now,
    proposedBy: null,
    proposedAt: null,
    approvedBy: null,
    approvedAt: null,
    shadowSince: null,
    shadowUntil: null,
    backtest: null,
    updatedAt: now,
  });
  await recordAct(deps, { tenant, actor, version }, "scorecard.create", { basedOn: base?.version ?? null });
  return knownScorecard(deps, tenant, version);
}
