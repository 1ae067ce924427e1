import { connectionId, objectTypes, type TenantId } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type { DeadLetter, DeadLetterKey, DeadLetterStore } from "./ports.ts";

export type ListedDeadLetter = DeadLetter & { id: string };

/** What was given up, each with the id by which it is replayed or discarded. */
export async function listDeadLetters(
  deps: { deadLetters: DeadLetterStore },
  tenant: TenantId,
  limit: number,
): Promise<ListedDeadLetter[]> {
  return (await deps.deadLetters.list(tenant, limit)).map((letter) => ({ id: idOf(letter), ...letter }));
}

const idOf = ({ kind, connectionId: connection, ref }: DeadLetter): string =>
  [kind, connection, ref.objectType, ref.id].join(":");

/** @throws {AppError} `request_invalid` for what is no id of a dead letter */
export function deadLetterKey(id: string): DeadLetterKey {
  const [kind, connection, type, ...rest] = id.split(":");
  const parsed = connectionId.safeParse(connection);
  const known = objectTypes.find((name) => name === type);
  if ((kind !== "write" && kind !== "read") || !parsed.success || known === undefined)
    throw new AppError("request_invalid", `ids: "${id.slice(0, 80)}" is not the id of a dead letter`);
  return { kind, connectionId: parsed.data, objectType: known, objectId: rest.join(":") };
}
