import {
  type AccountHealthView,
  type AccountId,
  applyPolicy,
  buildAccountHealthView,
  DAY_MS,
  type RecordRef,
  type Role,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type {
  AccountStore,
  Clock,
  Connection,
  ConnectionRepository,
  LedgerStore,
  ScoreStore,
} from "./ports.ts";

export interface HealthDeps {
  ledger: LedgerStore;
  accounts: AccountStore;
  scores: ScoreStore;
  connections: ConnectionRepository;
  clock: Clock;
}

export interface Reader {
  role: Role;
  /** Explicit grant for financial fields. */
  financial: boolean;
}

/** One text for "not yours" and "not there", so that the answer gives nothing away. */
const notFound = (): AppError => new AppError("not_found", "No account belongs to this record.");

/** Health of the account that a record of a platform belongs to. @throws {AppError} `not_found` */
export async function getHealthOfRecord(
  deps: HealthDeps,
  tenant: TenantId,
  ref: RecordRef,
  reader: Reader,
): Promise<AccountHealthView> {
  const account = await deps.ledger.accountOf(tenant, ref);
  if (account === null) throw notFound();
  return getAccountHealth(deps, tenant, account, reader);
}

/** @throws {AppError} `not_found`, for another tenant's account too */
export async function getAccountHealth(
  deps: HealthDeps,
  tenant: TenantId,
  id: AccountId,
  reader: Reader,
): Promise<AccountHealthView> {
  const now = deps.clock.now();
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  const [account, latest, history, weekAgo, monthAgo, connections] = await Promise.all([
    deps.accounts.find(tenant, id),
    deps.scores.latest(tenant, id),
    deps.scores.history(tenant, id, daysAgo(183)),
    deps.scores.at(tenant, id, daysAgo(7)),
    deps.scores.at(tenant, id, daysAgo(30)),
    deps.connections.list(tenant),
  ]);
  if (account === null) throw notFound();
  const view = buildAccountHealthView({
    account: {
      id: account.id,
      name: account.name,
      createdAt: account.createdAt,
      links: account.links,
      portalId: externalId(connections, "hubspot"),
      subdomain: externalId(connections, "zendesk"),
    },
    result: latest?.result ?? null,
    history,
    weekAgo: weekAgo?.result ?? null,
    monthAgo: monthAgo?.result ?? null,
    now,
    role: reader.role,
  });
  return applyPolicy(view, reader.role, { financial: reader.financial });
}

const externalId = (connections: readonly Connection[], platform: Connection["platform"]): string | null =>
  connections.find((c) => c.platform === platform)?.externalId ?? null;
