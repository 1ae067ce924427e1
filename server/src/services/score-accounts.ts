import {
  type AccountState,
  type Calculation,
  calculate,
  type Outlook,
  outlookOf,
  profileValue,
  type TenantId,
} from "@bellwether/shared";
import { desiredValues } from "./desired-values.ts";
import { outcomeSettingsFor } from "./outcome-settings.ts";
import type {
  AccountLedger,
  ClaimedAccount,
  Clock,
  ConnectionRepository,
  Meter,
  ScoredAccount,
  ScoreStore,
  ShadowStore,
  UsageStore,
} from "./ports.ts";
import { scoreShadows } from "./score-shadows.ts";
import { type TenantSources, tenantSources } from "./scoring-inputs.ts";
import { type SyncOutcomesDeps, syncOutcomesOf } from "./sync-outcomes.ts";
import { type DefinitionDeps, type TenantDefinitions, tenantDefinitions } from "./tenant-definitions.ts";
import { writtenUnder } from "./written-under.ts";

export interface ScoreDeps extends DefinitionDeps, SyncOutcomesDeps {
  scores: ScoreStore;
  shadows: ShadowStore;
  connections: ConnectionRepository;
  /** Absent = the product sends no events. */
  usage?: Pick<UsageStore, "lastReceivedAt">;
  clock: Clock;
  meter: Meter;
  /** `false` once this process is ending: whoever comes next does what is left. Absent = always. */
  mayGoOn?: () => boolean;
}

/** Accounts per round: their statements are planned once for all of them. */
const ROUND = 200;

/** Scores every marked account of a tenant: a pure calculation between one read and one write per round. */
export async function scoreAccounts(deps: ScoreDeps, tenant: TenantId): Promise<void> {
  const { isReady } = await tenantSources(deps.connections, tenant);
  if (!isReady) return; // marks stay until the history is read
  while (deps.mayGoOn?.() ?? true) {
    const claims = await deps.scores.claimAccounts(tenant, ROUND);
    if (claims.length === 0) return;
    try {
      const now = deps.clock.now();
      // after the claim: a setting that is changed later marks the accounts anew, one that was changed before counts
      const sources = await tenantSources(deps.connections, tenant, deps.usage);
      const definitions = await tenantDefinitions(deps, tenant, now);
      const ledgers = await ledgersOf(deps, tenant, claims, sources, now);
      const calculated = ledgers.map((ledger) => {
        const at = momentAfter(ledger, now);
        return { ledger, at, calculation: calculationOf(ledger, definitions, sources, at) };
      });
      await scoreShadows(deps, tenant, definitions, calculated, now);
      const scored = calculated.map(({ ledger, at, calculation }) => ({
        ...scoredOf(ledger, calculation, sources, at),
        outlook: outlookFor(calculation, definitions, sources),
      }));
      await deps.scores.save(tenant, scored, claims);
      deps.meter.count("bellwether_accounts_scored_total", {}, scored.length);
    } catch (error) {
      await deps.scores.releaseAccounts(claims, deps.clock.now());
      throw error;
    }
  }
}

/**
 * Never before the result before it, whatever this process' clock says: a clock that was set back, or that of another
 * process that goes ahead, would make the newer result look like the older one, and the store would leave it out.
 */
function momentAfter({ latestAt }: AccountLedger, now: Date): Date {
  return latestAt === null || latestAt <= now ? now : new Date(latestAt.getTime() + 1);
}

/** With the outcomes that the ledger tells of: a loss that was just heard of freezes the account in this round. */
async function ledgersOf(
  deps: ScoreDeps,
  tenant: TenantId,
  claims: readonly ClaimedAccount[],
  { connections }: TenantSources,
  now: Date,
): Promise<AccountLedger[]> {
  const ids = claims.map((claim) => claim.accountId);
  const ledgers = await deps.scores.ledgers(tenant, ids, now);
  const hasNews = await syncOutcomesOf(deps, tenant, ledgers, outcomeSettingsFor(connections));
  return hasNews ? deps.scores.ledgers(tenant, ids, now) : ledgers;
}

/** A lost account whose facts from before the loss are the same stays as it was frozen, whatever is in force now. */
function calculationOf(
  ledger: AccountLedger,
  definitions: TenantDefinitions,
  { seen }: TenantSources,
  now: Date,
): Calculation {
  const calculation = calculate(ledger, definitions, seen, now);
  const { frozen } = ledger;
  const isTheSame =
    frozen !== null &&
    frozen.result.lostAt === calculation.result.lostAt &&
    frozen.inputs.position === ledger.position &&
    frozen.inputs.subjects.join() === ledger.subjects.join();
  return isTheSame ? { ...calculation, ...frozen } : calculation;
}

function scoredOf(
  ledger: AccountLedger,
  { state, result, inputs, memories }: Calculation,
  { connections }: TenantSources,
  now: Date,
): ScoredAccount {
  return {
    accountId: ledger.accountId,
    calculatedAt: now,
    result,
    inputs,
    memories: ledger.lostAt === null ? memories : null,
    ...desiredValues(ledger, result, connections, onboardingProgress(state)),
  };
}

function outlookFor(
  calculation: Calculation,
  { scorecardFor, churnModel }: TenantDefinitions,
  sources: TenantSources,
): Outlook | null {
  const settings = writtenUnder(sources);
  if (settings === null) return null;
  const scorecard = scorecardFor(calculation.result.segment);
  return outlookOf({ calculation, scorecard, churnModel, sources: sources.seen, settings });
}

function onboardingProgress(state: AccountState): number | null {
  const progress = profileValue(state, "onboardingProgress");
  return typeof progress === "number" ? progress : null;
}
