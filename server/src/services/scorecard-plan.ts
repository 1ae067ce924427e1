import {
  type BacktestAccount,
  type BacktestPlan,
  cardsOf,
  lossesOf,
  type TenantId,
} from "@bellwether/shared";
import type {
  AccountStore,
  Clock,
  ConnectionRepository,
  OutcomeStore,
  ScoreStore,
  StoredScorecard,
  UsageStore,
} from "./ports.ts";
import { tenantSources } from "./scoring-inputs.ts";
import { type DefinitionDeps, type TenantDefinitions, tenantDefinitions } from "./tenant-definitions.ts";

export interface PlanDeps extends DefinitionDeps {
  accounts: AccountStore;
  scores: ScoreStore;
  outcomes: OutcomeStore;
  connections: ConnectionRepository;
  /** Absent = the product sends no events. */
  usage?: Pick<UsageStore, "lastReceivedAt">;
  clock: Clock;
}

/** A scorecard beside those in force for its segments. */
export async function scorecardPlan(
  deps: PlanDeps,
  tenant: TenantId,
  card: StoredScorecard,
  { now, weeks }: { now: Date; weeks: number },
): Promise<BacktestPlan> {
  const { seen } = await tenantSources(deps.connections, tenant, deps.usage);
  const definitions = await tenantDefinitions(deps, tenant, deps.clock.now());
  return {
    now,
    weeks,
    sources: seen,
    churnModel: definitions.churnModel,
    ...cardsBeside(definitions, card),
  };
}

/** The scorecards of both sides in each segment. */
export const cardsBeside = (
  { scorecardFor }: Pick<TenantDefinitions, "scorecardFor">,
  { definition, segments }: Pick<StoredScorecard, "definition" | "segments">,
): ReturnType<typeof cardsOf> =>
  cardsOf(
    { new: scorecardFor("new"), growing: scorecardFor("growing"), established: scorecardFor("established") },
    definition,
    segments,
  );

export interface AccountPage {
  accounts: BacktestAccount[];
  next: string | null;
}

/** A page of accounts with their facts and losses, in three reads. */
export async function readAccounts(
  deps: PlanDeps,
  tenant: TenantId,
  { now, after, limit }: { now: Date; after: string | null; limit: number },
): Promise<AccountPage> {
  const page = await deps.accounts.list(tenant, { after, limit });
  const ids = page.accounts.map((account) => account.id);
  const [ledgers, outcomes] = await Promise.all([
    deps.scores.ledgers(tenant, ids, now),
    deps.outcomes.believed(tenant, ids),
  ]);
  const accounts = ledgers.map(({ accountId, name, createdAt, observations }) => ({
    id: accountId,
    name,
    createdAt,
    observations,
    losses: lossesOf(outcomes.get(accountId) ?? []),
  }));
  return { accounts, next: page.next };
}
