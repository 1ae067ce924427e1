import {
  type AccountId,
  applyExplanationPolicy,
  type ChangeExplanation,
  DAY_MS,
  explainPeriod,
  MINUTE_MS,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { type HealthDeps, noAccount, placesOf, type Reader } from "./get-account-health.ts";
import type { SnapshotHistory } from "./ports.ts";

export interface ExplainDeps extends HealthDeps {
  snapshots: SnapshotHistory;
}

/** `undefined` = 30 days ago, and now. */
export interface AskedPeriod {
  from?: Date | undefined;
  to?: Date | undefined;
}

const DEFAULT_DAYS = 30;
/** By so much a reader's clock may be fast. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * Why the score of an account is another one than it was, and since when.
 * @throws {AppError} `not_found`, for another tenant's account too; `request_invalid` for a period that is none
 */
export async function explainAccount(
  deps: ExplainDeps,
  tenant: TenantId,
  id: AccountId,
  asked: AskedPeriod,
  reader: Reader,
): Promise<ChangeExplanation> {
  const { from, to } = periodOf(asked, deps.clock.now());
  const [account, earlier, later, connections] = await Promise.all([
    deps.accounts.find(tenant, id),
    deps.scores.at(tenant, id, from),
    deps.scores.at(tenant, id, to),
    deps.connections.list(tenant),
  ]);
  if (account === null) throw noAccount();
  const ends = { earlier: earlier?.result ?? null, later: later?.result ?? null };
  const between = await deps.snapshots.between(tenant, id, from, to);
  const explanation = explainPeriod({ from, to, ...ends, between, places: placesOf(connections) });
  return applyExplanationPolicy(explanation, ends, reader.role, { financial: reader.financial });
}

function periodOf(asked: AskedPeriod, now: Date): { from: Date; to: Date } {
  const given = asked.to ?? now;
  if (given.getTime() > now.getTime() + CLOCK_TOLERANCE_MS)
    throw new AppError("request_invalid", "to: is in the future, where there is no score yet to explain.");
  const to = given > now ? now : given;
  const from = asked.from ?? new Date(to.getTime() - DEFAULT_DAYS * DAY_MS);
  if (from > to)
    throw new AppError("request_invalid", "from: is after to; the earlier of the two times comes first.");
  return { from, to };
}
