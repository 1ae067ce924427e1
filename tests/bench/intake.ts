import type { ChildServer } from "./child-server.ts";
import { PORTAL_ID, SECRET, withIntakeServers } from "./intake-servers.ts";
import { eventsPerSecond, makeDeliveries } from "./load.ts";
import { type BenchContext, type BenchResult, median, result } from "./result.ts";

/** Deliveries a second that keep both sides busy for about `secondsPerRound`; the load is the same for both. */
const DELIVERIES_PER_SECOND: Readonly<Record<number, number>> = { 100: 400, 1: 6_000 };

/**
 * Intake of signed deliveries with validation, tenant check, deduplication, marks and wake-up in one transaction,
 * against Express, HMAC and one `unnest` insert a delivery. Ours and the floor take turns, so that a noisy minute
 * hits both.
 */
export async function measureIntake(
  context: BenchContext,
  name: string,
  eventsPerDelivery: number,
): Promise<BenchResult[]> {
  const perRound = Math.ceil(context.secondsPerRound * (DELIVERIES_PER_SECOND[eventsPerDelivery] ?? 400));
  let eventId = 1;
  const round = async (server: ChildServer, deliveries: number): Promise<number> => {
    const load = makeDeliveries(deliveries, {
      firstEventId: eventId,
      portalId: PORTAL_ID,
      eventsPerDelivery,
    });
    eventId += deliveries * eventsPerDelivery;
    return eventsPerSecond(server.url, SECRET, load);
  };
  return withIntakeServers(context, async (ours, floor) => {
    const figures = { ours: [] as number[], floor: [] as number[] };
    for (const server of [ours, floor]) await round(server, 100); // warm-up
    for (let i = 0; i < context.rounds; i++) {
      figures.floor.push(await round(floor, perRound));
      figures.ours.push(await round(ours, perRound));
    }
    const n = perRound * eventsPerDelivery * context.rounds;
    return [result(name, "events/s", { ours: median(figures.ours), floor: median(figures.floor), n })];
  });
}
