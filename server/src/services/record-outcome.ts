import { type AccountId, DAY_MS, type OutcomeEntry, type TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { AuditLog, Clock, OutcomeStore, StoredOutcome } from "./ports.ts";

export interface RecordOutcomeDeps {
  outcomes: OutcomeStore;
  audit: AuditLog;
  clock: Clock;
  newId(): string;
}

interface Recording {
  tenant: TenantId;
  account: AccountId;
  actor: Actor;
  entry: OutcomeEntry;
}

/**
 * A person's word on what became of a customer; sent twice, it is kept once.
 * @throws {AppError} `request_invalid` for a date that cannot be, `conflict` where the same person said something else
 * about the same kind and day
 */
export async function recordOutcome(deps: RecordOutcomeDeps, recording: Recording): Promise<StoredOutcome> {
  const { tenant, account, actor, entry } = recording;
  const now = deps.clock.now();
  const outcome: StoredOutcome = {
    ...entry,
    id: deps.newId(),
    accountId: account,
    at: outcomeDate(entry.at, now),
    source: "person",
    sourceKey: await keyOf(deps, recording),
    recordedBy: actor.id,
    recordedAt: now,
    retractedBy: null,
    retractedAt: null,
  };
  const isNew = (await deps.outcomes.save(tenant, [outcome])) > 0;
  if (!isNew) return recordedBefore(deps, tenant, outcome);
  await deps.audit.record(tenant, [
    {
      at: now,
      actor: actor.id,
      action: "outcome.record",
      subject: `account:${account}`,
      outcome: "allowed",
      detail: { kind: entry.kind },
    },
  ]);
  return outcome;
}

/** The same for the same deed until it is taken back. */
async function keyOf(deps: RecordOutcomeDeps, { tenant, account, actor, entry }: Recording): Promise<string> {
  const known = await deps.outcomes.ofAccount(tenant, account);
  const takenBack = known.filter(
    ({ source, recordedBy, kind, retractedAt }) =>
      source === "person" && recordedBy === actor.id && kind === entry.kind && retractedAt !== null,
  );
  return `${actor.id} ${entry.at} ${takenBack.length}`;
}

async function recordedBefore(
  deps: RecordOutcomeDeps,
  tenant: TenantId,
  given: StoredOutcome,
): Promise<StoredOutcome> {
  const known = await deps.outcomes.ofAccount(tenant, given.accountId);
  const same = known.find(
    ({ source, sourceKey, kind }) =>
      source === "person" && sourceKey === given.sourceKey && kind === given.kind,
  );
  if (same === undefined) throw new AppError("not_found", "No account belongs to this record.");
  if (same.reason === given.reason && same.note === given.note) return same;
  throw new AppError(
    "conflict",
    "You recorded the same for that day already, with another reason or note. Take that one back first.",
  );
}

const EARLIEST = new Date("2000-01-01T00:00:00.000Z");

/** @throws {AppError} `request_invalid` */
export function outcomeDate(text: string, now: Date): Date {
  const at = new Date(text);
  if (at < EARLIEST) throw new AppError("request_invalid", "at: must not be before the year 2000");
  // a day of grace: a date without a time may be today's in a zone ahead of ours
  if (at.getTime() > now.getTime() + DAY_MS)
    throw new AppError(
      "request_invalid",
      "at: lies in the future. Record an outcome once it has happened; set the notice of non-renewal for a loss that is announced.",
    );
  return at > now ? now : at;
}
