import {
  type AccountId,
  matchParty,
  type Party,
  type RecordRef,
  refKey,
  type TenantId,
} from "@bellwether/shared";
import type { AccountStore, Clock, ConnectionRepository, MatchSuggestion, PartyLink } from "./ports.ts";

export interface MatchDeps {
  accounts: AccountStore;
  connections: ConnectionRepository;
  clock: Clock;
  /** The same party gives the same id, so that a repeated run makes no second account. */
  accountIdOf(tenant: TenantId, ref: RecordRef): AccountId;
}

/** Parties become accounts or join one. Safe to repeat; existing links stay as they are. */
export async function matchParties(
  deps: MatchDeps,
  tenant: TenantId,
  refs: readonly RecordRef[],
): Promise<void> {
  if (refs.length === 0) return;
  await linkAll(deps, tenant, await deps.accounts.parties(tenant, refs));
}

const PAGE = 500;

/** All parties that have no account yet, e.g. because both platforms were read at the same time. */
export async function matchUnlinkedParties(deps: MatchDeps, tenant: TenantId): Promise<void> {
  for (let after: string | null = null; ; ) {
    const parties = await deps.accounts.unlinkedParties(tenant, after, PAGE);
    await linkAll(deps, tenant, parties);
    const last = parties.at(-1);
    if (!last || parties.length < PAGE) return;
    after = refKey(last.ref);
  }
}

/** HubSpot companies anchor accounts; without HubSpot, Zendesk organizations do. Usage groups never do. */
async function linkAll(deps: MatchDeps, tenant: TenantId, parties: readonly Party[]): Promise<void> {
  if (parties.length === 0) return;
  const anchorPlatform = (await deps.connections.list(tenant)).some((c) => c.platform === "hubspot")
    ? "hubspot"
    : "zendesk";
  const anchors = parties.filter((p) => p.ref.platform === anchorPlatform && p.isCustomer);
  const joiners = parties.filter((p) => p.ref.platform !== anchorPlatform);
  if (anchors.length > 0) {
    const others = await deps.accounts.candidates(tenant, anchors);
    const waiting = await accountsAwaiting(deps, tenant, anchors, others);
    const founding = anchors.filter((party) => !waiting.has(refKey(party.ref)));
    await deps.accounts.link(tenant, {
      accounts: founding.map((party) => ({
        id: deps.accountIdOf(tenant, party.ref),
        name: party.name ?? party.domains[0] ?? `${party.ref.objectType} ${party.ref.id}`,
        // when we first saw it; the customer's own age is an observation
        createdAt: deps.clock.now(),
      })),
      links: [
        ...founding.map((party) => link(deps.accountIdOf(tenant, party.ref), party.ref, "anchor")),
        ...waiting.values(),
      ],
      suggestions: [],
    });
    joiners.push(...others.filter((party) => party.accountId === null));
  }
  await join(deps, tenant, joiners, anchorPlatform);
}

/**
 * Zendesk was connected first and its organizations have accounts of their own: a company that matches one joins
 * it instead of founding a second account. By ref key; each account takes one company, others found their own.
 */
async function accountsAwaiting(
  deps: MatchDeps,
  tenant: TenantId,
  anchors: readonly Party[],
  others: readonly (Party & { accountId: AccountId | null })[],
): Promise<Map<string, PartyLink>> {
  const founders = others.filter((o) => o.accountId === deps.accountIdOf(tenant, o.ref));
  const joined = new Map<string, PartyLink>();
  const taken = new Set<AccountId>();
  for (const party of founders.length === 0 ? [] : anchors) {
    const result = matchParty(party, founders);
    if (result.kind !== "match") continue;
    const accountId = deps.accountIdOf(tenant, result.with.ref);
    const account = taken.has(accountId) ? null : await deps.accounts.find(tenant, accountId);
    const isAnother = (ref: RecordRef) =>
      ref.platform === party.ref.platform && refKey(ref) !== refKey(party.ref);
    if (!account || account.links.some((known) => isAnother(known.ref))) continue;
    taken.add(accountId);
    joined.set(refKey(party.ref), link(accountId, party.ref, result.rule));
  }
  return joined;
}

/**
 * The account is found by its anchor, which speaks for all its parties: a usage group and an organization of the same
 * customer are not each other's rivals.
 */
async function join(
  deps: MatchDeps,
  tenant: TenantId,
  joiners: readonly Party[],
  anchorPlatform: RecordRef["platform"],
): Promise<void> {
  if (joiners.length === 0) return;
  const candidates = (await deps.accounts.candidates(tenant, joiners)).filter(
    (candidate) => candidate.ref.platform === anchorPlatform,
  );
  const links: PartyLink[] = [];
  const suggestions: MatchSuggestion[] = [];
  for (const party of joiners) {
    const result = matchParty(party, candidates);
    if (result.kind === "none") continue;
    const account = candidates.find((c) => refKey(c.ref) === refKey(result.with.ref))?.accountId;
    if (!account) continue; // the other one is not a customer (yet)
    if (result.kind === "match") links.push(link(account, party.ref, result.rule));
    else suggestions.push({ ref: party.ref, accountId: account, rule: result.rule, reason: result.reason });
  }
  if (links.length + suggestions.length > 0)
    await deps.accounts.link(tenant, { accounts: [], links, suggestions });
}

const link = (accountId: AccountId, ref: RecordRef, rule: PartyLink["rule"]): PartyLink => ({
  accountId,
  ref,
  rule,
});
