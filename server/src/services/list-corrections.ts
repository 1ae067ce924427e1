import {
  type AccountId,
  type Band,
  type CorrectionView,
  correctionTargets,
  correctionView,
  type Override,
  openCorrections,
  type TenantId,
} from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { currentResult, type HealthDeps, keptCorrection, noAccount } from "./get-account-health.ts";

/** A correction with what became of it. */
export interface ListedCorrection extends CorrectionView {
  isInForce: boolean;
  withdrawnAt: string | null;
  override: Override | null;
  /** What was shown when it was made. */
  shown: { healthScore: number | null; band: Band | null; churnProbability: number | null; versions: string };
}

/** All of an account, newest first, expired and withdrawn ones too. @throws {AppError} `not_found` */
export async function listCorrections(
  deps: HealthDeps,
  tenant: TenantId,
  account: AccountId,
  actor: Actor,
): Promise<ListedCorrection[]> {
  const now = deps.clock.now();
  const [known, { result, corrections }] = await Promise.all([
    deps.accounts.find(tenant, account),
    currentResult(deps, tenant, account, now),
  ]);
  if (known === null) throw noAccount();
  if (known.id !== account) return listCorrections(deps, tenant, known.id, actor); // it was merged
  const contributions = result?.contributions ?? [];
  const labels = correctionTargets({ contributions });
  const all = corrections.map((correction) => ({
    ...correctionView(keptCorrection(correction), labels, actor),
    isInForce: correction.withdrawnAt === null && correction.expiresAt > now,
    withdrawnAt: correction.withdrawnAt?.toISOString() ?? null,
    override: correction.override,
    shown: correction.shown,
  }));
  return openCorrections(all, contributions, actor.role, { financial: actor.financial });
}
