import { fileURLToPath } from "node:url";
import { type ChildServer, startChild } from "./child-server.ts";
import { eventsPerSecond, makeDeliveries } from "./load.ts";
import { type BenchContext, type BenchResult, median } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

const SECRET = "bench-client-secret";
const PORTAL_ID = 33;
const [OURS_PORT, FLOOR_PORT] = [34_101, 34_102];
const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
const floorFile = fileURLToPath(new URL("./floor-server.ts", import.meta.url));
/** Deliveries a second that keep both sides busy for about `secondsPerRound`; the load is the same for both. */
const DELIVERIES_PER_SECOND = 400;

/** Intake of signed 100-event batches with validation, tenant check, deduplication, marks and wake-up in one transaction. */
export async function measureIntakeBatch(context: BenchContext): Promise<BenchResult> {
  return withScratchDatabase(context.postgresUrl, (url) =>
    withChild(startOurs(url), (ours) =>
      withChild(startFloor(url), (floor) => alternate(context, ours, floor)),
    ),
  );
}

async function withChild<T>(
  starting: Promise<ChildServer>,
  use: (child: ChildServer) => Promise<T>,
): Promise<T> {
  const child = await starting;
  try {
    return await use(child);
  } finally {
    await child.stop();
  }
}

/** Ours and the floor take turns, so that a noisy minute hits both. */
async function alternate(context: BenchContext, ours: ChildServer, floor: ChildServer): Promise<BenchResult> {
  const figures = { ours: [] as number[], floor: [] as number[] };
  const perRound = Math.ceil(context.secondsPerRound * DELIVERIES_PER_SECOND);
  let eventId = 1;
  const round = async (server: ChildServer, deliveries: number): Promise<number> => {
    const load = makeDeliveries(deliveries, eventId, PORTAL_ID);
    eventId += deliveries * 100;
    return eventsPerSecond(server.url, SECRET, load);
  };
  for (const server of [ours, floor]) await round(server, 100); // warm-up
  for (let i = 0; i < context.rounds; i++) {
    figures.floor.push(await round(floor, perRound));
    figures.ours.push(await round(ours, perRound));
  }
  const result = { ours: median(figures.ours), floor: median(figures.floor) };
  return { name: "intake/batch", ...result, ratio: result.ours / result.floor, unit: "events/s" };
}

const startOurs = (databaseUrl: string): Promise<ChildServer> =>
  startChild(
    main,
    ["web"],
    {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
      PUBLIC_URL: `http://127.0.0.1:${OURS_PORT}`,
      HUBSPOT_API_URL: "http://127.0.0.1:9", // nothing is called: the web role takes in and answers
      HUBSPOT_CLIENT_SECRET: SECRET,
      HUBSPOT_ACCESS_TOKEN: "bench",
      HUBSPOT_PORTAL_ID: String(PORTAL_ID),
      LOG_LEVEL: "error",
    },
    OURS_PORT,
    "/readyz",
  );

const startFloor = (databaseUrl: string): Promise<ChildServer> =>
  startChild(
    floorFile,
    [],
    { DATABASE_URL: databaseUrl, SECRET, PUBLIC_URL: `http://127.0.0.1:${FLOOR_PORT}` },
    FLOOR_PORT,
    "/ready",
  );
