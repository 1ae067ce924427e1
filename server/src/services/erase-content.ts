import { type RecordRef, refKey } from "@bellwether/shared";
import type { Clock, Connection, FateStore, GatewayFor, Log, StoredBody } from "./ports.ts";

export interface EraseDeps {
  fates: FateStore;
  gatewayFor: GatewayFor;
  clock: Clock;
  log: Log;
}

const PAGE = 50;

/** What people are written to under, as it stands in text; of rejected events it is all that tells whose they are. */
const addressesIn = (body: Buffer): Set<string> =>
  new Set(body.toString("utf8").match(/[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g) ?? []);

/**
 * Takes what stored deliveries say of erased records out of them, and what is shown of rejected events that name them
 * or have an address in them that went with them. Everything else that was kept of a record goes with
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
  const digits = ids.filter((each) => /^\d+$/.test(each));
  let rejected = await deps.fates.emptyRejected(tenantId, digits, []);
  let rewritten = 0;
  for (let after: string | null = null; forget; ) {
    const page = await deps.fates.bodiesNaming(tenantId, id, ids, after, PAGE);
    const addresses = new Set<string>();
    const emptied = page.flatMap(({ deliveryId, body }): StoredBody[] => {
      const rest = forget(body, refs);
      if (rest === null || rest.equals(body)) return [];
      const left = addressesIn(rest);
      for (const address of addressesIn(body)) if (!left.has(address)) addresses.add(address);
      return [{ deliveryId, body: rest }];
    });
    // first: once the deliveries are empty, nobody knows the addresses any more
    if (addresses.size > 0) rejected += await deps.fates.emptyRejected(tenantId, [], [...addresses]);
    if (emptied.length > 0) await deps.fates.replaceBodies(tenantId, emptied);
    rewritten += emptied.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.deliveryId;
  }
  const erasures = refs.map((ref) => ({ kind: "erased", ref }) as const);
  await deps.fates.settle(tenantId, erasures, deps.clock.now());
  deps.log.info(
    { connectionId: id, records: refs.map(refKey), deliveries: rewritten, rejected },
    `what ${connection.platform} said of ${refs.length} erased records was taken out of ${rewritten} deliveries`,
  );
}
