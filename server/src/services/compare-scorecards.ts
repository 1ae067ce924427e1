import { diffScorecards, NO_DIFFERENCE, type Segment, type TenantId } from "@bellwether/shared";
import { knownScorecards, storedOrTemplate } from "./known-scorecards.ts";
import type { ScorecardDeps } from "./scorecard-deps.ts";

export interface Comparison {
  against: string;
  /** Segments of the version that use the other one now. */
  segments: Segment[];
  /** One per difference; empty = none. */
  sentences: string[];
  summary: string;
}

/** What a version says otherwise: than the one named, or than those that its segments use. @throws {AppError} `not_found` */
export async function compareScorecards(
  deps: Pick<ScorecardDeps, "scorecards" | "definitions" | "sha256">,
  { tenant, version, against }: { tenant: TenantId; version: string; against?: string | undefined },
): Promise<Comparison[]> {
  const card = await storedOrTemplate(deps, tenant, version);
  const all = await knownScorecards(deps, tenant);
  const shared = (segments: readonly Segment[]): Segment[] =>
    card.segments.filter((segment) => segments.includes(segment));
  const others = against
    ? [await storedOrTemplate(deps, tenant, against)]
    : all.filter((other) => shared(other.activeFor).length > 0);
  return others.map((other) => {
    const sentences = diffScorecards(other.definition, card.definition);
    const activeFor = all.find((each) => each.version === other.version)?.activeFor ?? [];
    const summary =
      sentences.length === 0
        ? NO_DIFFERENCE
        : `${sentences.length} ${sentences.length === 1 ? "difference" : "differences"}.`;
    return { against: other.version, segments: shared(activeFor), sentences, summary };
  });
}
