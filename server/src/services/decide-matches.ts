import type { AccountId, MatchAction, RecordRef, TenantId } from "@bellwether/shared";
import { refKey } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { AuditEntry, AuditLog, Clock, MatchOutcome, MatchStore, StoredMatchAction } from "./ports.ts";

export interface DecideMatchesDeps {
  matches: MatchStore;
  audit: AuditLog;
  clock: Clock;
  newId(): string;
  accountIdOf(tenant: TenantId, ref: RecordRef): AccountId;
}

/** A person's decisions, in order; what one refuses does not keep the others from being done. */
export async function decideMatches(
  deps: DecideMatchesDeps,
  tenant: TenantId,
  actor: Actor,
  actions: readonly MatchAction[],
): Promise<MatchOutcome[]> {
  const outcomes = await deps.matches.act(
    tenant,
    actions.map((action) => ({ id: deps.newId(), action })),
    { at: deps.clock.now(), actor, ownAccountOf: (ref) => deps.accountIdOf(tenant, ref) },
  );
  const entries = outcomes.flatMap((outcome) =>
    outcome.kind === "done" ? [auditEntry(outcome.action, actor)] : [],
  );
  if (entries.length > 0) await deps.audit.record(tenant, entries);
  return outcomes;
}

/** One decision. @throws {AppError} `not_found` or `conflict`, saying why it cannot be done */
export async function decideMatch(
  deps: DecideMatchesDeps,
  tenant: TenantId,
  actor: Actor,
  action: MatchAction,
): Promise<MatchOutcome> {
  const [outcome] = await decideMatches(deps, tenant, actor, [action]);
  if (outcome === undefined) throw new AppError("unavailable", "Nothing was decided. Please try again.");
  if (outcome.kind === "refused") throw new AppError(outcome.code, outcome.reason);
  return outcome;
}

const auditEntry = ({ id, asked, at }: StoredMatchAction, actor: Actor): AuditEntry => ({
  at,
  actor: actor.id,
  action: `match.${asked.kind}`,
  subject: subjectOf(asked),
  outcome: "allowed",
  detail: {
    action: id,
    ...(asked.kind === "merge" && { into: asked.into }),
    ...("accountId" in asked && { account: asked.accountId }),
  },
});

function subjectOf(asked: MatchAction): string {
  if ("ref" in asked) return `party:${refKey(asked.ref)}`;
  return asked.kind === "merge" ? `account:${asked.from}` : `match-action:${asked.id}`;
}
