import { DomainError } from "../errors.ts";
import type { ChurnFeature, ChurnModel } from "../scoring/churn-model.ts";
import type { FittedChurn } from "./fitted-churn.ts";

export interface ChurnModelMeta {
  version: string;
  horizonDays: number;
  /** Says in words what the probabilities rest on. */
  note: string;
  bands: ChurnModel["bands"];
  /** One per feature of the fit, `key` being its name there. */
  features: readonly Pick<ChurnFeature, "key" | "label" | "from">[];
}

/** What is said of a model that fell back to the base rate. */
export const NO_SEPARATION =
  "The signals do not separate lost from kept customers yet; this is your base rate.";

/**
 * The model as scoring stores and evaluates it; constant columns are left out.
 * @throws {DomainError} `model_invalid` when a feature of the fit is not described
 */
export function toChurnModel(fitted: FittedChurn, meta: ChurnModelMeta): ChurnModel {
  const active = fitted.features.filter(({ isActive }) => isActive);
  let at = 1;
  const features = active.map((feature): ChurnFeature => {
    const described = meta.features.find(({ key }) => key === feature.name);
    if (described === undefined)
      throw new DomainError("model_invalid", `The feature ${feature.name} has no label and source.`);
    const { mean, sd, clamp, weight, hinges, unknownVariance } = feature;
    const priorSd = deviationAt(fitted.covariance, at);
    at += 1 + hinges.length;
    const { key, label, from } = described;
    return { key, label, from, mean, sd, clamp, weight, hinges, priorSd, unknownVariance };
  });
  return {
    version: meta.version,
    horizonDays: meta.horizonDays,
    basis: fitted.rows === 0 ? "expert_prior" : "learned",
    note: fitted.separates ? meta.note : `${meta.note} ${NO_SEPARATION}`,
    intercept: { mean: fitted.intercept, sd: deviationAt(fitted.covariance, 0) },
    features,
    bands: meta.bands,
    covariance: fitted.covariance,
    ...(fitted.baseRate === null ? {} : { baseRate: fitted.baseRate, outcomes: fitted.rows }),
  };
}

const deviationAt = (covariance: readonly number[], index: number): number =>
  Math.sqrt(covariance[(index * (index + 1)) / 2 + index] ?? 0);
