import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { listConnections } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, newStorage, oneCompany, type Storage, untilScored } from "../support/one-company.ts";
import { freePort, startServer } from "../support/server-process.ts";

const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));

/** Runs a server that is expected to give up by itself. */
function run(environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "warn", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      said += String(data);
    });
  const late = setTimeout(() => child.kill("SIGKILL"), 25_000);
  return new Promise((resolve) =>
    child.once("exit", (code) => {
      clearTimeout(late);
      resolve({ code, said });
    }),
  );
}

describe("a server that cannot start as it is configured", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 2, now: () => new Date(), accounts: 2 });
    storage = await newStorage("embedded");
  });
  afterAll(async () => {
    await sandbox?.stop();
    await storage?.remove();
  });

  const refused = async (environment: Record<string, string>, ...says: RegExp[]): Promise<void> => {
    const { code, said } = await run(environment);
    expect([code, said]).toEqual([1, said]);
    for (const part of says) expect(said).toMatch(part);
    expect(said).not.toMatch(/^\s+at /m);
  };

  it("names every setting that is wrong, and no value", async () => {
    const secret = "not-a-key-but-secret";
    const { code, said } = await run({ PORT: "99999", ENCRYPTION_KEY: secret, PUBLIC_URL: "health" });
    expect(code).toBe(1);
    for (const name of ["PORT", "ENCRYPTION_KEY", "PUBLIC_URL"]) expect(said).toContain(name);
    expect(said).not.toContain(secret);
  });

  it("says that the port is taken, and which setting names another", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, () => resolve((other.address() as { port: number }).port)),
    );
    try {
      await refused(
        { ...storage.environment, PORT: String(port) },
        new RegExp(`port ${port} is in use`),
        /set PORT/,
      );
    } finally {
      other.close();
    }
  });

  it("says that the data directory is in use, by whom, and what to do", async () => {
    const port = await freePort();
    const server = await startServer(storage.environment, port);
    try {
      await refused(
        { ...storage.environment, PORT: String(await freePort()) },
        /data directory .* is in use by process \d+/,
        /DATA_DIR/,
      );
    } finally {
      await server.stop();
    }
  });

  it("names the PostgreSQL server that it cannot reach, without its password", async () => {
    const closed = await freePort();
    await refused(
      {
        DATABASE_URL: `postgres://someone:pass-of-the-database@127.0.0.1:${closed}/bellwether`,
        ENCRYPTION_KEY: randomBytes(32).toString("base64"),
        PORT: String(await freePort()),
      },
      /DATABASE_URL/,
      new RegExp(`127\\.0\\.0\\.1:${closed}`),
      /^(?![\s\S]*pass-of-the-database)/,
    );
  });

  it("says that HubSpot does not accept the token, and where to get one", async () => {
    await refused(
      {
        ...storage.environment,
        PORT: String(await freePort()),
        HUBSPOT_API_URL: sandbox.hubspotUrl,
        HUBSPOT_ACCESS_TOKEN: "pat-eu1-refused",
      },
      /HUBSPOT_ACCESS_TOKEN/,
      /Private Apps/,
      /^(?![\s\S]*pat-eu1-refused)/,
    );
  });

  it("serves with a token that is refused later, and says so where an admin looks", async () => {
    const other = await newStorage("embedded");
    const port = await freePort();
    const environment = {
      ...other.environment,
      ADMIN_TOKEN,
      HUBSPOT_API_URL: sandbox.hubspotUrl,
      HUBSPOT_ACCESS_TOKEN: "pat-eu1-refused",
      HUBSPOT_PORTAL_ID: sandbox.portalId,
    };
    const server = await startServer(environment, port);
    try {
      await eventually(async () => {
        const [connection] = await listConnections(server.url);
        expect(connection).toMatchObject({
          status: "disconnected",
          statusReason: expect.stringContaining(`reconnect ${sandbox.portalId}`),
        });
      });
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      expect(server.log()).toContain("hubspot call failed");
      expect(server.log()).not.toContain("pat-eu1-refused");
    } finally {
      await server.stop();
      await other.remove();
    }
  });

  it("refuses a key that cannot open the stored tokens, and another portal's token", async () => {
    const port = await freePort();
    const environment = { ...oneCompany(sandbox, port), ...storage.environment, PORT: String(port) };
    const server = await startServer(environment, port);
    await untilScored(server.url);
    await server.stop();
    await refused(
      { ...environment, ENCRYPTION_KEY: randomBytes(32).toString("base64") },
      /ENCRYPTION_KEY cannot open the tokens/,
    );
    await refused(
      { ...environment, HUBSPOT_ACCESS_TOKEN: sandbox.secondPortal.accessToken },
      new RegExp(`${sandbox.secondPortal.portalId}, but the data here is that of ${sandbox.portalId}`),
      /DATA_DIR/,
    );
  }, 60_000);
});
