import type { RecordRef } from "@bellwether/shared";
import type { Clock, Connection, FateStore, GatewayFor, LedgerStore } from "./ports.ts";

export interface SuccessionDeps {
  fates: FateStore;
  ledger: LedgerStore;
  gatewayFor: GatewayFor;
  clock: Clock;
}

const ROUND = 100;

/**
 * Carries merges out: the accounts of merged companies become one, and what belongs to a merged record is read
 * again, because it belongs to its successor now.
 */
export async function settleSuccessions(deps: SuccessionDeps, connection: Connection): Promise<void> {
  const { tenantId, id } = connection;
  const open = await deps.fates.openSuccessions(tenantId, id, ROUND);
  if (open.length === 0) return;
  const done = await deps.fates.carryOut(tenantId, open);
  const [gone, successors] = [done.map(({ ref }) => ref), done.map(({ into }) => into)];
  await readChildrenAgain(deps, connection, gone, successors);
  // last: after a crash in between they are carried out once more
  await deps.fates.settle(tenantId, done, deps.clock.now());
}

/**
 * @param gone of these the children that we know of
 * @param there of these also those that the platform names: what came back has lost its links with us
 */
export async function readChildrenAgain(
  deps: Pick<SuccessionDeps, "fates" | "ledger" | "gatewayFor">,
  connection: Connection,
  gone: readonly RecordRef[],
  there: readonly RecordRef[],
): Promise<void> {
  if (gone.length + there.length === 0) return;
  const { tenantId, id } = connection;
  const known = await deps.fates.childrenOf(tenantId, [...gone, ...there]);
  const told = there.length === 0 ? [] : await deps.gatewayFor(connection).childrenOf?.(there);
  await deps.ledger.markRecords(tenantId, id, [...known, ...(told ?? [])]);
}
