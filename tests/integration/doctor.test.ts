import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { examine } from "../../server/scripts/doctor/examine.ts";
import { exitStatus, type Finding } from "../../server/scripts/doctor/finding.ts";
import { checkHubspot } from "../../server/scripts/doctor/hubspot.ts";
import type { Subject } from "../../server/scripts/doctor/subject.ts";
import { lockDirectory } from "../../server/src/adapters/db/directory-lock.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { untilQuiet } from "../support/company-under-test.ts";
import { TEST_SERVER } from "../support/database.ts";
import { ADMIN_TOKEN, newStorage, oneCompany, type Storage, untilScored } from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

const script = fileURLToPath(new URL("../../server/scripts/doctor.ts", import.meta.url));
const WRONG = "canary-wrong-token";

describe("npm run doctor", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  let environment: Record<string, string>;
  let server: ServerProcess;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 5, now: () => new Date(), accounts: 4, retryScale: 0.1 });
    const port = await freePort();
    // on PostgreSQL where there is one: there it can look inside while the server runs
    storage = await newStorage("server");
    environment = { ...oneCompany(sandbox, port), ...storage.environment };
    sandbox.setHubspotWebhook({
      url: `http://127.0.0.1:${port}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: Number(sandbox.hubspotAppId),
    });
    server = await startServer(environment, port);
    await untilScored(server.url);
    const objectId = Number(sandbox.accounts[0]?.hubspotCompanyId);
    await sandbox.deliver.hubspot([sandbox.deliver.hubspotEvent(sandbox.portalId, { objectId })]);
    await untilQuiet(sandbox);
    if (TEST_SERVER === null) await server.stop();
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });
  afterEach(() => sandbox.faults.clear());

  const look = (change: Record<string, string> = {}, now = () => new Date()): Promise<Finding[]> =>
    examine({ ...environment, ...change }, now);
  const errors = async (...input: Parameters<typeof look>): Promise<string[]> =>
    (await look(...input)).filter(({ level }) => level === "error").map(({ message }) => message);

  it("finds nothing wrong with a server that works, only reads, and says no secret", async () => {
    const [requests, definitions] = [sandbox.requests.length, sandbox.definitions.length];
    const findings = await look();
    expect(findings.filter(({ level }) => level === "error")).toEqual([]);
    const isOfPlatform = ({ area, level }: Finding) =>
      level !== "ok" && (area === "hubspot" || area === "zendesk" || area === "queue");
    expect(findings.filter(isOfPlatform)).toEqual([]);
    expect(sandbox.requests.slice(requests).length).toBeGreaterThan(8);
    for (const { method } of sandbox.requests.slice(requests)) expect(method).toBe("GET");
    expect(sandbox.definitions).toHaveLength(definitions);
    const said = JSON.stringify(findings);
    const secrets = Object.entries(environment).filter(([name]) => /TOKEN|SECRET|KEY/.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    for (const [name, value] of secrets) expect(said.includes(value), name).toBe(false);
  });

  it("says what a wrong token is, and goes on with the other platform", async () => {
    expect(await errors({ HUBSPOT_ACCESS_TOKEN: WRONG })).toEqual([
      `HubSpot does not accept the token of portal ${sandbox.portalId}.`,
    ]);
    expect(await errors({ ZENDESK_ACCESS_TOKEN: WRONG })).toEqual([
      `Zendesk does not accept the token of the account ${sandbox.subdomain}.`,
    ]);
    expect(JSON.stringify(await look({ ZENDESK_ACCESS_TOKEN: WRONG }))).not.toContain(WRONG);
  });

  it("names missing scopes and rights", async () => {
    sandbox.faults.add("hubspot", { status: 403, path: /\/(deals|tickets)$/ });
    sandbox.faults.add("zendesk", { status: 403, path: /tickets\.json/ });
    expect(await errors()).toEqual([
      "The token lacks the scopes crm.objects.deals.read, tickets.",
      "The token lacks the right to read tickets.",
    ]);
  });

  it("notices deleted properties and fields, and those of another type", async () => {
    const properties = sandbox.hubspot.properties.get("companies");
    const [band, score] = [
      properties?.get("bellwether_health_band"),
      properties?.get("bellwether_health_score"),
    ];
    if (!properties || !band || !score) throw new Error("the properties are there");
    properties.delete(band.name);
    properties.set(score.name, { ...score, type: "string" });
    const index = sandbox.zendesk.organizationFields.findIndex(({ key }) => key === "bellwether_segment");
    const [field] = sandbox.zendesk.organizationFields.splice(index, 1);
    expect(await errors()).toEqual([
      expect.stringMatching(/^1 of our \d+ company properties do not exist: bellwether_health_band\.$/),
      "The company property bellwether_health_score has the type string instead of number.",
      "Organization fields are missing or switched off: bellwether_segment.",
    ]);
    properties.set(band.name, band);
    properties.set(score.name, score);
    if (field) sandbox.zendesk.organizationFields.push(field);
  });

  it("notices a webhook that is off, leads elsewhere, signs otherwise or is gone", async () => {
    const { webhooks } = sandbox.zendesk;
    const [ours] = webhooks;
    if (ours === undefined) throw new Error("the webhook is there");
    const intact = { ...ours };
    ours.status = "inactive";
    ours.signingSecret = "canary-other-secret";
    expect(await errors()).toEqual([
      "The webhook is switched off.",
      "The webhook signs with another secret than the server knows: deliveries are refused.",
    ]);
    Object.assign(ours, intact, { endpoint: "https://elsewhere.example/hook" });
    expect(await errors()).toEqual([expect.stringContaining("delivers elsewhere than to http://127.0.0.1")]);
    webhooks.splice(0, 1);
    expect(await errors()).toEqual([expect.stringMatching(/^The webhook to http.* does not exist\.$/)]);
    webhooks.push(Object.assign(ours, intact));
    expect(await errors()).toEqual([]);
  });

  it("measures this machine's clock against the platforms'", async () => {
    expect(await errors({}, () => new Date(Date.now() + 600_000))).toEqual([
      expect.stringMatching(/clock is (599|600|601) s ahead of HubSpot's/),
      expect.stringMatching(/clock is (599|600|601) s ahead of Zendesk's/),
    ]);
    const slow = await look({}, () => new Date(Date.now() - 120_000));
    expect(slow.filter(({ message }) => message.includes("behind"))).toHaveLength(2);
  });

  it("says that the database is away, and looks at the platforms all the same", async () => {
    const findings = await look({ DATABASE_URL: "postgres://someone:canary-password@127.0.0.1:1/nothing" });
    expect(findings.find(({ level }) => level === "error")).toMatchObject({
      area: "database",
      message: "The database cannot be read (ECONNREFUSED).",
      advice: expect.stringContaining("DATABASE_URL"),
    });
    expect(findings.some(({ message }) => message.startsWith("HubSpot accepts the token"))).toBe(true);
    expect(JSON.stringify(findings)).not.toContain("canary-password");
  });

  it("leaves the data folder of a running server alone, and says so", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bellwether-doctor-"));
    await mkdir(join(folder, "postgres"));
    const lock = await lockDirectory(folder);
    const findings = await look({ DATABASE_URL: "", DATA_DIR: folder });
    expect(findings.find(({ area }) => area === "database")).toMatchObject({
      level: "skipped",
      message: expect.stringContaining("is in use by a running server"),
    });
    expect(findings.some(({ message }) => message.startsWith("Zendesk accepts the token"))).toBe(true);
    await lock.release();
    expect(await readdir(folder)).toEqual(["postgres"]);
    expect(await readdir(join(folder, "postgres"))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("says of a token that has run out whether the server can renew it, without spending it", async () => {
    const subject: Omit<Subject, "secrets"> = {
      platform: "hubspot",
      id: null,
      externalId: "1",
      mode: "oauth",
      scopes: [],
      config: null,
      lastDeliveryAt: null,
    };
    const settings = { apiUrl: "http://127.0.0.1:1", publicUrl: null, hasClientSecret: true };
    const said = async (refreshToken: string | null) => {
      const expiresAt = new Date("2026-01-01T00:00:00Z");
      const secrets = { accessToken: WRONG, refreshToken, expiresAt, webhookSecret: null, appSecret: null };
      return (await checkHubspot({ ...subject, secrets }, settings, () => new Date())).map(
        ({ level }) => level,
      );
    };
    expect(await said("canary-refresh")).toEqual(["skipped"]);
    expect(await said(null)).toEqual(["error"]);
  });

  it("names settings that cannot be used, and a key that opens nothing", async () => {
    expect(await errors({ PUBLIC_URL: "nonsense" })).toEqual([expect.stringContaining("PUBLIC_URL")]);
    const other = Buffer.alloc(32, 9).toString("base64");
    expect(await errors({ ENCRYPTION_KEY: other })).toEqual([
      "The tokens of 2 connections were sealed with a key that is not set.",
    ]);
    const rotated = await look({ ENCRYPTION_KEY: `${other},${environment["ENCRYPTION_KEY"]}` });
    expect(rotated.find(({ area }) => area === "keys")).toMatchObject({
      level: "warning",
      advice: "Run npm run rotate-keys.",
    });
  });

  it("is a command with a table, JSON and an exit status", async () => {
    const run = (...args: string[]): Promise<{ code: number | null; out: string }> => {
      const env = { PATH: process.env["PATH"] ?? "", ...environment };
      const child = spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      child.stdout.on("data", (data: Buffer) => (out += String(data)));
      return new Promise((resolve) => child.once("close", (code) => resolve({ code, out })));
    };
    const table = await run();
    expect(table.out).toMatch(/^WARNING {2}settings {2}PUBLIC_URL is http.*\n {19}→ Put a proxy/m);
    expect(table.code).toBe(1);
    sandbox.faults.add("zendesk", { status: 401 });
    const json = await run("--json");
    const { status, findings } = JSON.parse(json.out) as { status: number; findings: Finding[] };
    expect([json.code, status, exitStatus(findings)]).toEqual([2, 2, 2]);
    expect(json.out).not.toContain(ADMIN_TOKEN);
  });
});
