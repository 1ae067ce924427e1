import type { AccountHealthView, Contribution } from "./api/account-health.ts";
import { targetLabel } from "./corrections/correction-view.ts";
import { type Grants, maySeeFinancial, NEEDS_GRANT } from "./grants.ts";
import { financialIn, isFinancial } from "./open-explanation.ts";
import type { Role } from "./roles.ts";

type Correction = AccountHealthView["corrections"][number];

const HIDDEN_TARGET = "Another measure";

/**
 * Corrections as a reader may know them: that somebody disagrees, and how, everybody may; with which financial measure
 * and why needs the grant.
 * @param contributions of the account's newest result
 */
export function openCorrections<T extends Correction>(
  corrections: readonly T[],
  contributions: readonly Contribution[],
  role: Role,
  grants: Grants,
): T[] {
  if (maySeeFinancial(role, grants)) return [...corrections];
  const isHidden = financialIn(contributions);
  return corrections.map((correction) =>
    isHidden(correction.target)
      ? { ...correction, target: "other", targetLabel: HIDDEN_TARGET, reason: NEEDS_GRANT, evidence: null }
      : correction,
  );
}

/** An override has the words of its correction. For those without the grant. */
export function openOverride(
  { override, corrections }: Pick<AccountHealthView, "override" | "corrections">,
  isHidden: (measure: string) => boolean,
): AccountHealthView["override"] {
  if (override === null) return null;
  const target = corrections.find((c) => c.id === override.correctionId)?.target;
  return target !== undefined && isHidden(target) ? { ...override, reason: NEEDS_GRANT } : override;
}

/** What a corrected number is called where corrections of many accounts stand together. */
export function openCorrectionTarget(target: string, hasGrant: boolean): { target: string; label: string } {
  if (!hasGrant && isFinancial(target)) return { target: "other", label: HIDDEN_TARGET };
  return { target, label: targetLabel(target, new Map()) };
}
