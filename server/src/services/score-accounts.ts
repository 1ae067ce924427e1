import { foldObservations, profileValue, scoreAccount, type TenantId } from "@bellwether/shared";
import { desiredValues } from "./desired-values.ts";
import type {
  AccountLedger,
  Clock,
  ConnectionRepository,
  Meter,
  ScoredAccount,
  ScoreStore,
} from "./ports.ts";
import { type Definitions, type TenantSources, tenantSources } from "./scoring-inputs.ts";

export interface ScoreDeps {
  scores: ScoreStore;
  connections: ConnectionRepository;
  clock: Clock;
  meter: Meter;
  definitions: Definitions;
}

const ROUND = 200;

/** Scores every marked account of a tenant: a pure calculation between one read and one write per round. */
export async function scoreAccounts(deps: ScoreDeps, tenant: TenantId): Promise<void> {
  const sources = await tenantSources(deps.connections, tenant);
  if (!sources.isReady) return; // marks stay until the history is read
  for (;;) {
    const claims = await deps.scores.claimAccounts(tenant, ROUND);
    if (claims.length === 0) return;
    try {
      const now = deps.clock.now();
      const ledgers = await deps.scores.ledgers(
        tenant,
        claims.map((claim) => claim.accountId),
        now,
      );
      const scored = ledgers.map((ledger) => scoreOne(deps.definitions, sources, ledger, now));
      await deps.scores.save(tenant, scored, claims);
      deps.meter.count("bellwether_accounts_scored_total", {}, scored.length);
    } catch (error) {
      await deps.scores.releaseAccounts(claims, deps.clock.now());
      throw error;
    }
  }
}

function scoreOne(
  definitions: Definitions,
  sources: TenantSources,
  ledger: AccountLedger,
  now: Date,
): ScoredAccount {
  const state = foldObservations(ledger.observations);
  const result = scoreAccount({
    state,
    createdAt: ledger.createdAt,
    ...definitions,
    now,
    sources: sources.seen,
    previous: ledger.latest,
  });
  const progress = profileValue(state, "onboardingProgress");
  const onboardingProgress = typeof progress === "number" ? progress : null;
  return {
    accountId: ledger.accountId,
    result,
    ...desiredValues(ledger, result, sources.connections, onboardingProgress),
  };
}
