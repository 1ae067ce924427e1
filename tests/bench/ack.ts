import type { ChildServer } from "./child-server.ts";
import { PORTAL_ID, SECRET, withIntakeServers } from "./intake-servers.ts";
import { makeDeliveries, openLoop } from "./load.ts";
import { type BenchContext, type BenchResult, median, quantile, result } from "./result.ts";

/** 5,000 events a second, in deliveries of 100, sent by the clock and not by the answers. */
const DELIVERIES_PER_SECOND = 50;
const EVENTS_PER_DELIVERY = 100;

/** Time from a delivery's due moment to its answer, 99th percentile, against the floor's. */
export async function measureAck(context: BenchContext): Promise<BenchResult[]> {
  let eventId = 1;
  const perRound = Math.ceil(context.secondsPerRound * DELIVERIES_PER_SECOND);
  const round = async (server: ChildServer, deliveries: number): Promise<number> => {
    const load = makeDeliveries(deliveries, {
      firstEventId: eventId,
      portalId: PORTAL_ID,
      eventsPerDelivery: EVENTS_PER_DELIVERY,
    });
    eventId += deliveries * EVENTS_PER_DELIVERY;
    return quantile(await openLoop(server.url, SECRET, load, DELIVERIES_PER_SECOND), 0.99);
  };
  return withIntakeServers(context, async (ours, floor) => {
    const figures = { ours: [] as number[], floor: [] as number[] };
    for (const server of [ours, floor]) await round(server, 50); // warm-up
    for (let i = 0; i < context.rounds; i++) {
      figures.floor.push(await round(floor, perRound));
      figures.ours.push(await round(ours, perRound));
    }
    const n = perRound * context.rounds;
    return [result("ack/p99", "ms", { ours: median(figures.ours), floor: median(figures.floor), n })];
  });
}
