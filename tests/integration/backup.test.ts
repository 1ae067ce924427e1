import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { untilQuiet } from "../support/company-under-test.ts";
import { TEST_SERVER } from "../support/database.ts";
import {
  adminGet,
  type ListedAccount,
  listAccounts,
  newEmptyStorage,
  newStorage,
  oneCompany,
  type Storage,
  untilScored,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

const run = promisify(execFile);
const rotateKeys = fileURLToPath(new URL("../../server/scripts/rotate-keys.ts", import.meta.url));
/** pg_dump refuses a server that is newer than itself. */
const canDump =
  TEST_SERVER !== null &&
  (await run("pg_dump", ["--schema-only", "--file=/dev/null", TEST_SERVER]).then(
    () => true,
    () => false,
  ));
const reason = TEST_SERVER === null ? "needs PostgreSQL" : canDump ? "on PostgreSQL" : "needs pg_dump";

describe.skipIf(!canDump)(`a dump that is restored into another database (${reason})`, () => {
  let sandbox: Sandbox;
  let folder: string;
  let [original, restored]: (Storage | undefined)[] = [];
  let server: ServerProcess;
  let environment: Record<string, string>;
  let port: number;
  let before: { accounts: Omit<ListedAccount, "scoredAt">[]; counts: unknown };

  const told = async () => ({
    accounts: (await listAccounts(server.url)).map(({ scoredAt: _, ...account }) => account),
    counts: await adminGet(server.url, "/intake/counts"),
  });
  const deliver = async (): Promise<void> => {
    const objectId = Number(sandbox.accounts[0]?.hubspotCompanyId);
    const event = sandbox.deliver.hubspotEvent(sandbox.portalId, { objectId });
    expect(await sandbox.deliver.hubspot([event])).toMatchObject({ status: 202 });
    await untilQuiet(sandbox);
  };
  beforeAll(async () => {
    [sandbox, port, folder] = await Promise.all([
      startSandbox({ seed: 12, now: () => new Date(), accounts: 5 }),
      freePort(),
      mkdtemp(join(tmpdir(), "bellwether-dump-")),
    ]);
    [original, restored] = [await newStorage("server"), await newEmptyStorage("server")];
    environment = { ...oneCompany(sandbox, port), ...original.environment };
    server = await startServer(environment, port);
    await untilScored(server.url);
    sandbox.setHubspotWebhook({
      url: `${server.url}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: Number(sandbox.hubspotAppId),
    });
    await deliver();
    before = await told();
    const file = join(folder, "bellwether.dump");
    // while the server runs, as docs/operations.md describes it
    await run("pg_dump", ["--format=custom", "--no-owner", `--file=${file}`, urlOf(original)]);
    await server.stop();
    await run("pg_restore", ["--no-owner", "--exit-on-error", `--dbname=${urlOf(restored)}`, file]);
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await Promise.all([original?.remove(), restored?.remove(), rm(folder, { recursive: true, force: true })]);
  });
  const urlOf = (storage: Storage | undefined): string => storage?.environment["DATABASE_URL"] ?? "";

  it("is refused with a sentence by a server that has another key", async () => {
    const wrong = {
      ...environment,
      DATABASE_URL: urlOf(restored),
      ENCRYPTION_KEY: Buffer.alloc(32, 5).toString("base64"),
    };
    await expect(startServer(wrong, await freePort())).rejects.toThrow(
      /ENCRYPTION_KEY cannot open the tokens that are stored here/,
    );
  });

  it("has the same accounts, scores and counts, opens its tokens and replays every score", async () => {
    // without tokens in the environment: those of the dump have to do
    const { HUBSPOT_ACCESS_TOKEN: _, ZENDESK_ACCESS_TOKEN: __, ...rest } = environment;
    server = await startServer({ ...rest, DATABASE_URL: urlOf(restored) }, port);
    expect(await told()).toEqual(before);
    expect(before.accounts.length).toBeGreaterThan(0);
    const requests = sandbox.requests.length;
    await deliver();
    expect(sandbox.requests.slice(requests).some(({ platform }) => platform === "hubspot")).toBe(true);
    const { connections } = await adminGet<{
      connections: { status: string; statusReason: string | null }[];
    }>(server.url, "/connections");
    expect(connections.map(({ status, statusReason }) => [status, statusReason])).toEqual([
      ["active", null],
      ["active", null],
    ]);
    const now = new Date().toISOString();
    for (const { id } of before.accounts) {
      const { verdict } = await adminGet<{ verdict: string }>(server.url, `/accounts/${id}/replay?at=${now}`);
      expect(verdict, id).toBe("identical");
    }
  });

  it("goes over to another key while it is served, as docs/operations.md describes it", async () => {
    const { HUBSPOT_ACCESS_TOKEN: _, ZENDESK_ACCESS_TOKEN: __, ...rest } = environment;
    const fresh = randomBytes(32).toString("base64");
    const both = {
      ...rest,
      DATABASE_URL: urlOf(restored),
      ENCRYPTION_KEY: `${fresh},${environment["ENCRYPTION_KEY"]}`,
    };
    await server.stop();
    server = await startServer(both, port);
    const { stdout } = await run(process.execPath, [rotateKeys], {
      env: { PATH: process.env["PATH"] ?? "", ...both },
    });
    expect(stdout).toMatch(/^The tokens of 2 connections were sealed/);
    await server.stop();
    server = await startServer({ ...both, ENCRYPTION_KEY: fresh }, port);
    const requests = sandbox.requests.length;
    await deliver();
    expect(sandbox.requests.slice(requests).some(({ platform }) => platform === "hubspot")).toBe(true);
  });
});
