import { fileURLToPath } from "node:url";
import { type ChildServer, startChild } from "./child-server.ts";
import type { BenchContext } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

export const SECRET = "bench-client-secret";
export const PORTAL_ID = 33;
const [OURS_PORT, FLOOR_PORT] = [34_101, 34_102];
export const SERVER_FILE = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
const floorFile = fileURLToPath(new URL("./floor-server.ts", import.meta.url));

/** Our web process and the bare floor, on one scratch database. */
export async function withIntakeServers<T>(
  { postgresUrl }: BenchContext,
  use: (ours: ChildServer, floor: ChildServer) => Promise<T>,
): Promise<T> {
  return withScratchDatabase(postgresUrl, (url) =>
    withChild(startOurs(url), (ours) => withChild(startFloor(url), (floor) => use(ours, floor))),
  );
}

export async function withChild<T>(
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

/** Settings of a server with one HubSpot portal; nothing is called at the platform. */
export const portalSettings = (port: number): Record<string, string> => ({
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  HUBSPOT_API_URL: "http://127.0.0.1:9",
  HUBSPOT_CLIENT_SECRET: SECRET,
  HUBSPOT_ACCESS_TOKEN: "bench",
  HUBSPOT_PORTAL_ID: String(PORTAL_ID),
  LOG_LEVEL: "error",
});

export const startOurs = (databaseUrl: string): Promise<ChildServer> =>
  startChild(
    SERVER_FILE,
    ["web"],
    {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
      ...portalSettings(OURS_PORT),
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
