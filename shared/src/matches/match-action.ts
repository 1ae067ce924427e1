import { z } from "zod";
import { type RefKey, recordRef, refKey } from "../source-record.ts";
import { accountId } from "../tenant.ts";

const ref = recordRef;

/** What a person may do to a match. */
export const matchAction = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("confirm"), ref, accountId }),
  z.object({ kind: z.literal("reject"), ref, accountId }),
  z.object({ kind: z.literal("split"), ref }),
  z.object({ kind: z.literal("merge"), from: accountId, into: accountId }),
  z.object({ kind: z.literal("undo"), id: z.uuid() }),
]);
export type MatchAction = z.infer<typeof matchAction>;

/** The party that an action names. */
export const partyOfAction = (action: MatchAction): RefKey | null =>
  "ref" in action ? refKey(action.ref) : null;

/** The accounts that an action names. */
export function accountsOfAction(action: MatchAction): string[] {
  if ("accountId" in action) return [action.accountId];
  return action.kind === "merge" ? [action.from, action.into] : [];
}
