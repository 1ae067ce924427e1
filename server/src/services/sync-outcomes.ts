import {
  type AccountId,
  type Observation,
  type OutcomeSettings,
  outcomesOf,
  type TenantId,
} from "@bellwether/shared";
import { SYSTEM } from "./actor.ts";
import { outcomeSettingsFor } from "./outcome-settings.ts";
import type { AccountStore, Clock, ConnectionRepository, OutcomeStore, StoredOutcome } from "./ports.ts";

export interface SyncOutcomesDeps {
  outcomes: OutcomeStore;
  clock: Clock;
  newId(): string;
}

export interface SyncAllDeps extends SyncOutcomesDeps {
  accounts: AccountStore;
  connections: ConnectionRepository;
}

const PAGE = 500;

/** Reads the outcomes that the ledger tells of, for every account of a tenant. Cheap, and safe to repeat. */
export async function syncOutcomes(deps: SyncAllDeps, tenant: TenantId): Promise<void> {
  const settings = outcomeSettingsFor(await deps.connections.list(tenant));
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ids = page.accounts.map((account) => account.id);
    const evidence = await deps.outcomes.evidence(tenant, ids);
    const accounts = ids.map((accountId) => ({ accountId, observations: evidence.get(accountId) ?? [] }));
    await syncOutcomesOf(deps, tenant, accounts, settings);
    if (page.next === null) return;
    after = page.next;
  }
}

/**
 * Makes the stored outcomes of lifecycle, deals and properties those that the observations tell of: a deal that was
 * opened again takes its outcome back. What events and persons said stays.
 * @returns whether something changed by it
 */
export async function syncOutcomesOf(
  deps: SyncOutcomesDeps,
  tenant: TenantId,
  accounts: readonly { accountId: AccountId; observations: readonly Observation[] }[],
  settings: OutcomeSettings,
): Promise<boolean> {
  const now = deps.clock.now();
  const told = accounts.flatMap(({ accountId, observations }) =>
    outcomesOf(observations, settings).map((outcome) => ({
      ...outcome,
      id: deps.newId(),
      accountId,
      recordedBy: SYSTEM.id,
      recordedAt: now,
    })),
  );
  const believed = await deps.outcomes.believed(
    tenant,
    accounts.map((account) => account.accountId),
  );
  const known = new Map([...believed.values()].flat().map((outcome) => [keyOf(outcome), outcome]));
  const isTold = new Set(told.map(keyOf));
  const overtaken = [...known].filter(([key, { source }]) => AUTOMATIC.has(source) && !isTold.has(key));
  await deps.outcomes.retractAll(
    tenant,
    overtaken.map(([, { id }]) => id),
    SYSTEM.id,
    now,
  );
  // most rounds hear of nothing new, and then write nothing
  const news = told.filter((outcome) => contentOf(outcome) !== contentOf(known.get(keyOf(outcome))));
  return (await deps.outcomes.save(tenant, news)) + overtaken.length > 0;
}

const AUTOMATIC: ReadonlySet<StoredOutcome["source"]> = new Set(["lifecycle", "deal", "property"]);

const contentOf = (outcome: Pick<StoredOutcome, "at" | "reason" | "note"> | undefined): string =>
  outcome === undefined ? "" : JSON.stringify([outcome.at, outcome.reason, outcome.note]);

const keyOf = (outcome: Pick<StoredOutcome, "accountId" | "source" | "sourceKey" | "kind">): string =>
  JSON.stringify([outcome.accountId, outcome.source, outcome.sourceKey, outcome.kind]);
