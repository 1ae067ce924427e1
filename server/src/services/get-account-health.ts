import {
  type AccountHealthView,
  type AccountId,
  applyPolicy,
  buildAccountHealthView,
  builtInScorecard,
  DAY_MS,
  type DatedOverride,
  type HealthReader,
  type HealthResult,
  type KeptCorrection,
  type RecordRef,
  type Scorecard,
  type TenantId,
  withOverrides,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { freshnessNow } from "./freshness-now.ts";
import type {
  AccountStore,
  CardParts,
  CardStore,
  Clock,
  Connection,
  ConnectionRepository,
  CorrectionStore,
  LedgerStore,
  ScorecardStore,
  ScoreStore,
  StoredCorrection,
} from "./ports.ts";

export interface HealthDeps {
  ledger: LedgerStore;
  accounts: AccountStore;
  scores: ScoreStore;
  cards: Pick<CardStore, "parts">;
  connections: ConnectionRepository;
  corrections: CorrectionStore;
  scorecards: Pick<ScorecardStore, "definition">;
  clock: Clock;
}

/** Who asks, as far as it matters for what is shown. */
export type Reader = HealthReader;

/** One text for "not yours" and "not there", so that the answer gives nothing away. */
export const noAccount = (): AppError => new AppError("not_found", "No account belongs to this record.");

/** The account that a record of a platform belongs to. @throws {AppError} `not_found` */
export async function accountOfRecord(
  deps: Pick<HealthDeps, "ledger">,
  tenant: TenantId,
  ref: RecordRef,
): Promise<AccountId> {
  const account = await deps.ledger.accountOf(tenant, ref);
  if (account === null) throw noAccount();
  return account;
}

/** The account that answers for this one: itself, unless it was merged. @throws {AppError} `not_found` */
export async function survivorOf(
  deps: Pick<HealthDeps, "accounts">,
  tenant: TenantId,
  id: AccountId,
): Promise<AccountId> {
  const account = await deps.accounts.find(tenant, id);
  if (account === null) throw noAccount();
  return account.id;
}

/** @throws {AppError} `not_found`, for another tenant's account too */
export async function getAccountHealth(
  deps: HealthDeps,
  tenant: TenantId,
  id: AccountId,
  reader: Reader,
): Promise<AccountHealthView> {
  const now = deps.clock.now();
  const { view, parts } = await viewOfAccount(deps, { tenant, id, reader, now });
  return { ...view, freshness: shownFreshness(view, parts.places, now) };
}

/** The sources as they are now; a lost account stands as on that day. */
export const shownFreshness = (
  { lost, freshness }: Pick<AccountHealthView, "lost" | "freshness">,
  places: Parameters<typeof freshnessNow>[1],
  now: Date,
): AccountHealthView["freshness"] => (lost ? freshness : freshnessNow(freshness, places, now));

/** Results that became so old come into the comparisons, or go out of the trend. */
export const COMPARED_DAYS = { week: 7, month: 30, trend: 183 } as const;

export interface BuiltView {
  /** With the sources as the result has them; the field policy is applied. */
  view: AccountHealthView;
  parts: CardParts;
  /** It shows the stored result, and its scorecard is known: nothing of it moves while its parts stay as they are. */
  isSettled: boolean;
}

/** @throws {AppError} `not_found`, for another tenant's account too */
export async function viewOfAccount(
  deps: Pick<HealthDeps, "cards" | "scorecards">,
  { tenant, id, reader, now }: { tenant: TenantId; id: AccountId; reader: Reader; now: Date },
): Promise<BuiltView> {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  const parts = await deps.cards.parts({
    tenant,
    accountId: id,
    now,
    weekAgo: daysAgo(COMPARED_DAYS.week),
    monthAgo: daysAgo(COMPARED_DAYS.month),
    trendSince: daysAgo(COMPARED_DAYS.trend),
  });
  if (parts === null) throw noAccount();
  const { result, scorecard } = await underOverrides(deps, tenant, parts.result, parts.overrides, now);
  const view = buildAccountHealthView({
    account: { ...parts.account, ...placesOf(parts.places) },
    result,
    trend: parts.trend,
    weekAgo: parts.weekAgo,
    monthAgo: parts.monthAgo,
    scorecard,
    corrections: parts.corrections.map(keptCorrection),
    now,
    reader,
  });
  return {
    view: applyPolicy(view, reader.role, { financial: reader.financial }),
    parts,
    isSettled: result !== null && result === parts.result && scorecard !== null,
  };
}

/** What stands for an account now, with everybody's corrections. */
export interface CurrentResult extends ResultInForce {
  corrections: StoredCorrection[];
}

interface ResultInForce {
  /** `null` = not calculated yet. */
  result: HealthResult | null;
  /** Of the version that it was calculated with; `null` = not known any more. */
  scorecard: Scorecard | null;
}

/**
 * The newest result under the override that holds at this moment: one that was just made counts before the job has
 * scored the account again, and one that has expired counts no more.
 */
export async function currentResult(
  deps: Pick<HealthDeps, "scores" | "corrections" | "scorecards">,
  tenant: TenantId,
  id: AccountId,
  now: Date,
): Promise<CurrentResult> {
  const [latest, corrections, overrides] = await Promise.all([
    deps.scores.latest(tenant, id),
    deps.corrections.ofAccount(tenant, id),
    deps.corrections.overrides(tenant, [id], now),
  ]);
  const stored = latest?.result ?? null;
  return { ...(await underOverrides(deps, tenant, stored, overrides.get(id) ?? [], now)), corrections };
}

/** The very result that is stored, where no override is laid over it or taken off. */
async function underOverrides(
  deps: Pick<HealthDeps, "scorecards">,
  tenant: TenantId,
  stored: HealthResult | null,
  inForce: readonly DatedOverride[],
  now: Date,
): Promise<ResultInForce> {
  if (stored === null) return { result: null, scorecard: null };
  const version = stored.scorecardVersion;
  const scorecard = builtInScorecard(version) ?? (await deps.scorecards.definition(tenant, version));
  return { result: scorecard === null ? stored : withOverrides(stored, scorecard, inForce, now), scorecard };
}

/** Where the links to the platforms go. */
export const placesOf = (
  connections: readonly Pick<Connection, "platform" | "externalId">[],
): { portalId: string | null; subdomain: string | null } => ({
  portalId: externalId(connections, "hubspot"),
  subdomain: externalId(connections, "zendesk"),
});

const externalId = (
  connections: readonly Pick<Connection, "platform" | "externalId">[],
  platform: Connection["platform"],
): string | null => connections.find((c) => c.platform === platform)?.externalId ?? null;

export const keptCorrection = (correction: StoredCorrection): KeptCorrection => ({
  id: correction.id,
  target: correction.target,
  direction: correction.direction,
  reason: correction.reason,
  evidence: correction.evidence,
  author: correction.author,
  authorName: correction.authorName,
  createdAt: correction.createdAt.toISOString(),
  expiresAt: correction.expiresAt.toISOString(),
  withdrawnAt: correction.withdrawnAt?.toISOString() ?? null,
});
