import type { Connection, ConnectionRepository, PlatformErrorKind } from "./ports.ts";

/** How sentences of this file begin; others at a connection are left as they are. */
const PREFIX = "Writing back is stopped: ";

/** Says at the connection what keeps us from writing, as long as it does, for a person to mend. */
export async function nameProblem(
  deps: { connections: ConnectionRepository },
  connection: Connection,
  problem: string | null,
): Promise<void> {
  const { statusReason } = connection;
  const wanted = problem === null ? null : `${PREFIX}${problem}`;
  const isOurs = statusReason?.startsWith(PREFIX) ?? false;
  if (wanted === statusReason || (wanted === null && !isOurs)) return;
  await deps.connections.update(connection.id, { statusReason: wanted });
}

/** What a refusal of the whole connection means; `null` = it passes by itself. */
export function problemOf({ platform, externalId }: Connection, kind: PlatformErrorKind): string | null {
  if (kind !== "forbidden") return null;
  const name = platform === "hubspot" ? "HubSpot" : "Zendesk";
  return `${name} ${externalId} does not allow it. Connect it again as an admin, with all permissions that are asked for. What waits is written then.`;
}
