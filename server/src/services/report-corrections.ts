import {
  type AccountId,
  type Aftermath,
  type CorrectionReport,
  maySeeFinancial,
  openCorrectionTarget,
  reportCorrections,
  type TenantId,
} from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { Clock, CorrectionStore, OutcomeStore, SnapshotHistory, StoredCorrection } from "./ports.ts";

export interface CorrectionReportDeps {
  corrections: CorrectionStore;
  outcomes: Pick<OutcomeStore, "believed">;
  snapshots: SnapshotHistory;
  clock: Clock;
}

const PAGE = 500;

/** Who was right, people or the calculation, of all corrections of a tenant that time has judged. */
export async function correctionReport(
  deps: CorrectionReportDeps,
  tenant: TenantId,
  reader: Pick<Actor, "role" | "financial">,
): Promise<CorrectionReport> {
  const now = deps.clock.now();
  const all: StoredCorrection[] = [];
  const aftermath = new Map<string, Aftermath>();
  for (let after: string | null = null; ; ) {
    const page: StoredCorrection[] = await deps.corrections.list(tenant, { after, limit: PAGE });
    for (const [id, then] of await aftermathOf(deps, tenant, page)) aftermath.set(id, then);
    all.push(...page);
    if (page.length < PAGE) break;
    after = page.at(-1)?.id ?? null;
  }
  const hasGrant = maySeeFinancial(reader.role, { financial: reader.financial });
  return reportCorrections(all, aftermath, (target) => openCorrectionTarget(target, hasGrant), now);
}

async function aftermathOf(
  deps: CorrectionReportDeps,
  tenant: TenantId,
  page: readonly StoredCorrection[],
): Promise<Map<string, Aftermath>> {
  const accounts: AccountId[] = [...new Set(page.map((c) => c.accountId))];
  const [outcomes, scores] = await Promise.all([
    deps.outcomes.believed(tenant, accounts),
    deps.snapshots.around(
      tenant,
      page.map(({ id, accountId, createdAt }) => ({ id, accountId, at: createdAt })),
    ),
  ]);
  return new Map(
    page.map(({ id, accountId }) => [
      id,
      { scoreThen: null, scoreLater: null, ...scores.get(id), outcomes: outcomes.get(accountId) ?? [] },
    ]),
  );
}
