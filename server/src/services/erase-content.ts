import { type RecordRef, refKey } from "@bellwether/shared";
import type { Clock, Connection, FateStore, GatewayFor, Log, StoredBody } from "./ports.ts";

export interface EraseDeps {
  fates: FateStore;
  gatewayFor: GatewayFor;
  clock: Clock;
  log: Log;
}

const PAGE = 50;

/**
 * Takes what stored deliveries say of erased records out of them. Everything else that was kept of a record goes with
 * its removal; what is left of it in the ledger is an id that names nobody any more (docs/decisions/0013-erasure.md).
 */
export async function eraseContent(
  deps: EraseDeps,
  connection: Connection,
  refs: readonly RecordRef[],
): Promise<void> {
  if (refs.length === 0) return;
  const { tenantId, id } = connection;
  const { forget } = deps.gatewayFor(connection);
  const ids = [...new Set(refs.map((ref) => ref.id))];
  let rewritten = 0;
  for (let after: string | null = null; forget; ) {
    const page = await deps.fates.bodiesNaming(tenantId, id, ids, after, PAGE);
    const emptied = page.flatMap(({ deliveryId, body }): StoredBody[] => {
      const rest = forget(body, refs);
      return rest === null || rest.equals(body) ? [] : [{ deliveryId, body: rest }];
    });
    if (emptied.length > 0) await deps.fates.replaceBodies(tenantId, emptied);
    rewritten += emptied.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.deliveryId;
  }
  const erasures = refs.map((ref) => ({ kind: "erased", ref }) as const);
  await deps.fates.settle(tenantId, erasures, deps.clock.now());
  deps.log.info(
    { connectionId: id, records: refs.map(refKey), deliveries: rewritten },
    `what ${connection.platform} said of ${refs.length} erased records was taken out of ${rewritten} deliveries`,
  );
}
