import { connectionId, objectTypes, type TenantId } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import type { Drift, DriftKey, DriftStore, ListedDrift } from "./ports.ts";

/** Values that somebody else changed, each with the id by which it is restored or accepted. */
export async function listDrift(
  deps: { drift: DriftStore },
  tenant: TenantId,
  limit: number,
): Promise<(ListedDrift & { id: string })[]> {
  return (await deps.drift.list(tenant, limit)).map((drift) => ({ id: idOf(drift), ...drift }));
}

const idOf = ({ connectionId: connection, ref, key }: Drift): string =>
  [connection, ref.objectType, ref.id, key].join(":");

/** @throws {AppError} `request_invalid` for what is no id of a drift */
export function driftKey(id: string): DriftKey {
  const [connection, type, objectId, key, ...rest] = id.split(":");
  const parsed = connectionId.safeParse(connection);
  const known = objectTypes.find((name) => name === type);
  if (!parsed.success || !known || !objectId || !key || rest.length > 0)
    throw new AppError("request_invalid", `ids: "${id.slice(0, 80)}" is not the id of a drift`);
  return { connectionId: parsed.data, objectType: known, objectId, key };
}
