import type { HealthResult } from "@bellwether/shared";

type Late = "redFlags" | "override" | "lostAt" | "contributions";
type StoredContribution = Omit<HealthResult["contributions"][number], "evidence"> &
  Partial<Pick<HealthResult["contributions"][number], "evidence">>;

/** A result as the database gives it back: what was added later is not in those from before. */
export type StoredResult = Omit<HealthResult, Late> &
  Partial<Pick<HealthResult, "redFlags" | "override" | "lostAt">> & {
    contributions: readonly StoredContribution[];
  };

/** The result with what it lacks said as "not known"; one that lacks nothing stays as it is, to the order of its keys. */
export const completed = (stored: StoredResult): HealthResult => ({
  ...stored,
  redFlags: stored.redFlags ?? [],
  override: stored.override ?? null,
  lostAt: stored.lostAt ?? null,
  contributions: stored.contributions.map((contribution) => ({
    ...contribution,
    evidence: contribution.evidence ?? [],
  })),
});
