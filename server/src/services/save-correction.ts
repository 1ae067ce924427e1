import {
  type AccountHealthView,
  type AccountId,
  type CorrectionEntry,
  type CorrectionView,
  correctionTargets,
  DAY_MS,
  type HealthResult,
  mayOverride,
  OVERRIDE_LIMIT_DAYS,
  type TenantId,
} from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import { currentResult, getAccountHealth, type HealthDeps, survivorOf } from "./get-account-health.ts";
import type { StoredCorrection } from "./ports.ts";

export interface CorrectionDeps extends HealthDeps {
  newId(): string;
}

/** What was done, and the account's health with it counted. */
export interface CorrectionAnswer {
  /** `null` where it no longer held. */
  correction: CorrectionView | null;
  health: AccountHealthView;
}

/**
 * Keeps what a person holds against a number, with what was shown at that moment. The answer shows an override at
 * once; the job that was woken up stores the same score and writes it back.
 * @throws {AppError} `not_found`, `forbidden` for an override by whom may not, `request_invalid` in words
 */
export async function saveCorrection(
  deps: CorrectionDeps,
  tenant: TenantId,
  named: AccountId,
  entry: CorrectionEntry,
  actor: Actor,
): Promise<CorrectionAnswer> {
  const account = await survivorOf(deps, tenant, named);
  const view = await getAccountHealth(deps, tenant, account, actor);
  const now = deps.clock.now();
  const { result } = await currentResult(deps, tenant, account, now);
  if (result === null)
    throw new AppError("request_invalid", "This customer has no score yet, so there is nothing to correct.");
  assertOverride(entry, actor, result);
  assertTarget(entry.target, view);
  const saved = await deps.corrections.save(tenant, {
    ...stored(entry, actor, now),
    id: deps.newId(),
    accountId: account,
    shown: {
      healthScore: result.healthScore,
      band: result.band,
      churnProbability: result.churnRisk.probability,
      versions: result.versions,
    },
  });
  const health = await getAccountHealth(deps, tenant, account, actor);
  return { correction: health.corrections.find((c) => c.id === saved.id) ?? null, health };
}

const stored = (
  { expiresInDays, ...entry }: CorrectionEntry,
  actor: Actor,
  now: Date,
): Omit<StoredCorrection, "id" | "accountId" | "shown"> => ({
  ...entry,
  author: actor.id,
  authorName: actor.name,
  createdAt: now,
  expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
  withdrawnAt: null,
  withdrawnBy: null,
});

function assertOverride(
  { override, expiresInDays }: CorrectionEntry,
  actor: Actor,
  result: HealthResult,
): void {
  if (override === null) return;
  if (!mayOverride(actor.role))
    throw new AppError(
      "forbidden",
      "Who you are cannot be proven here, or your role does not allow it: say what is wrong, and a customer success manager decides about the score.",
    );
  const trouble = [
    expiresInDays > OVERRIDE_LIMIT_DAYS &&
      `expiresInDays: an override holds for ${OVERRIDE_LIMIT_DAYS} days at most; it can be set again after that.`,
    result.lostAt !== null && "override: this customer is lost; its score stands as on that day.",
    override.kind === "points" &&
      result.calculatedScore === null &&
      "override: there is no score that points could be added to; set a band instead.",
  ].find((text) => typeof text === "string");
  if (trouble) throw new AppError("request_invalid", trouble);
}

function assertTarget(target: string, view: AccountHealthView): void {
  const known = correctionTargets(view);
  if (known.has(target)) return;
  throw new AppError(
    "request_invalid",
    `target: ${target} is nothing that this customer's score has. It has to be one of: ${[...known.keys()].join(", ")}.`,
  );
}
