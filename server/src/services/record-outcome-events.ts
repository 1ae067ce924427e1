import {
  accountId,
  type OutcomeKind,
  outcomeKinds,
  outcomeReasons,
  type RecordRef,
  refKey,
  type TenantId,
} from "@bellwether/shared";
import { z } from "zod";
import type { Actor } from "./actor.ts";
import { outcomeDate, type RecordOutcomeDeps } from "./record-outcome.ts";

/** What another system knows of a customer's fate; `key` is its own, so that sending it twice is once. */
export const outcomeEvents = z.object({
  outcomes: z
    .array(
      z
        .object({
          account: accountId.optional(),
          /** Id of the HubSpot company. */
          companyId: z.string().min(1).max(64).optional(),
          kind: z.enum(outcomeKinds),
          at: z.union([z.iso.date(), z.iso.datetime()]),
          reason: z.enum(outcomeReasons).nullable().default(null),
          note: z.string().trim().max(2000).nullable().default(null),
          key: z.string().min(1).max(200),
        })
        .refine((event) => (event.account === undefined) !== (event.companyId === undefined), {
          message: "names either an account or a companyId",
        }),
    )
    .min(1)
    .max(1000),
});
export type OutcomeEvents = z.infer<typeof outcomeEvents>;

export interface RecordedEvents {
  /** New or changed. */
  saved: number;
  /** Keys of those whose account is not known here; nothing of them was stored. */
  unknown: string[];
}

/** @throws {AppError} `request_invalid`, naming the first date that cannot be; then nothing is stored */
export async function recordOutcomeEvents(
  deps: RecordOutcomeDeps,
  { tenant, actor, outcomes }: OutcomeEvents & { tenant: TenantId; actor: Actor },
): Promise<RecordedEvents> {
  const now = deps.clock.now();
  const known = await deps.outcomes.known(tenant, {
    accounts: outcomes.flatMap((event) => event.account ?? []),
    parties: outcomes.flatMap((event) => (event.companyId === undefined ? [] : companyRef(event.companyId))),
  });
  const found = outcomes.map(({ account, companyId, ...event }) => ({
    ...event,
    at: outcomeDate(event.at, now),
    accountId:
      account === undefined
        ? known.parties.get(refKey(companyRef(companyId ?? "")))
        : known.accounts.has(account)
          ? account
          : undefined,
  }));
  const saved = await deps.outcomes.save(
    tenant,
    found.flatMap(({ accountId: id, key, ...event }) =>
      id === undefined
        ? []
        : {
            ...event,
            id: deps.newId(),
            accountId: id,
            source: "event" as const,
            sourceKey: key,
            recordedBy: actor.id,
            recordedAt: now,
          },
    ),
  );
  await deps.audit.record(tenant, [
    {
      at: now,
      actor: actor.id,
      action: "outcomes.record",
      subject: "outcomes",
      outcome: "allowed",
      detail: { received: outcomes.length, saved, churned: count(outcomes, "churned") },
    },
  ]);
  return { saved, unknown: found.filter((event) => event.accountId === undefined).map(({ key }) => key) };
}

const companyRef = (id: string): RecordRef => ({ platform: "hubspot", objectType: "company", id });

const count = (outcomes: readonly { kind: OutcomeKind }[], kind: OutcomeKind): number =>
  outcomes.filter((outcome) => outcome.kind === kind).length;
