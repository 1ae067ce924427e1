import type { HealthResult, ScoreInputs } from "@bellwether/shared";
import { unpack } from "./packed/unpack.ts";

type Late = "redFlags" | "override" | "lostAt" | "contributions";
type StoredContribution = Omit<HealthResult["contributions"][number], "evidence"> &
  Partial<Pick<HealthResult["contributions"][number], "evidence">>;

/** A result as the database gives it back: what was added later is not in those from before. */
export type StoredResult = Omit<HealthResult, Late> &
  Partial<Pick<HealthResult, "redFlags" | "override" | "lostAt">> & {
    contributions: readonly StoredContribution[];
  };

/** The result with what it lacks said as "not known"; one that lacks nothing stays as it is, to the order of its keys. */
const completed = (stored: StoredResult): HealthResult => ({
  ...stored,
  redFlags: stored.redFlags ?? [],
  override: stored.override ?? null,
  lostAt: stored.lostAt ?? null,
  contributions: stored.contributions.map((contribution) => ({
    ...contribution,
    evidence: contribution.evidence ?? [],
  })),
});

/** One of the two has it: results from before they were packed are JSON. */
export interface ResultColumns {
  packed: Uint8Array | null;
  result: StoredResult | null;
}
export interface InputColumns {
  packed_inputs: Uint8Array | null;
  inputs: ScoreInputs | null;
}

/** `null` = there is none. */
export function resultIn({ packed, result }: ResultColumns): HealthResult | null {
  // packed by this store, from a result of its own
  const stored = packed === null ? result : (unpack(packed) as StoredResult);
  return stored && completed(stored);
}

/** @throws where neither column has one */
export function knownResultIn(columns: ResultColumns): HealthResult {
  const result = resultIn(columns);
  if (result === null) throw new Error("a score is stored without its result");
  return result;
}

export const inputsIn = ({ packed_inputs: packed, inputs }: InputColumns): ScoreInputs | null =>
  packed === null ? inputs : (unpack(packed) as ScoreInputs);
