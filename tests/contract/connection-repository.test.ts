import { randomBytes, randomUUID } from "node:crypto";
import type { TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createConnectionRepository } from "../../server/src/adapters/db/connection-repository.ts";
import { createSecretBox } from "../../server/src/adapters/db/secret-box.ts";
import type { ConnectionSecrets } from "../../server/src/services/ports.ts";
import { forEachDatabase, newConnectionId, newTenant } from "../support/database.ts";
import { newWorld, type Stores, storesOfProcess } from "../support/stores.ts";

const SECRETS: ConnectionSecrets = {
  accessToken: "pat-canary-access",
  refreshToken: "canary-refresh",
  expiresAt: new Date("2026-03-01T00:00:00.000Z"),
  webhookSecret: null,
  appSecret: "canary-app",
};
const AT = new Date("2026-02-01T00:00:00.000Z");

forEachDatabase("ConnectionRepository", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const connect = (tenantId: TenantId, externalId: string, secrets = SECRETS) =>
    stores.connections.connect(
      { tenantId, platform: "hubspot", externalId, mode: "oauth", scopes: ["a", "b"] },
      secrets,
      AT,
    );

  it("creates a connection and finds it by id, by its platform's id and in its tenant's list", async () => {
    const tenantId = newTenant();
    const externalId = randomUUID();
    const connection = await connect(tenantId, externalId);
    expect(connection).toEqual({
      id: connection.id,
      tenantId,
      platform: "hubspot",
      externalId,
      mode: "oauth",
      status: "active",
      statusReason: null,
      scopes: ["a", "b"],
      config: { fieldMap: {}, writeBackKeys: null, ticketFieldId: null, webhookId: null, actorId: null },
      connectedAt: AT,
      provisionedAt: null,
      syncedAt: null,
    });
    expect(await stores.connections.find(connection.id)).toEqual(connection);
    expect(await stores.connections.findByExternalId("hubspot", externalId)).toEqual(connection);
    expect(await stores.connections.list(tenantId)).toEqual([connection]);
    expect(await stores.connections.findByExternalId("zendesk", externalId)).toBeNull();
    expect(await stores.connections.list(newTenant())).toEqual([]);
    expect(await stores.connections.find(newConnectionId())).toBeNull();
  });

  it("makes a disconnected one active again with new secrets, in its own tenant whoever asks", async () => {
    const [owner, externalId] = [newTenant(), randomUUID()];
    const first = await connect(owner, externalId);
    await stores.connections.update(first.id, {
      status: "disconnected",
      statusReason: "revoked",
      syncedAt: AT,
    });
    const again = await connect(newTenant(), externalId, { ...SECRETS, accessToken: "second" });
    expect(again).toMatchObject({
      id: first.id,
      tenantId: owner,
      status: "active",
      statusReason: null,
      syncedAt: AT,
    });
    expect((await stores.connections.secrets(first.id)).accessToken).toBe("second");
  });

  it("takes many installs at once, more than a process holds locks for", async () => {
    const tenantId = newTenant();
    const portals = Array.from({ length: 12 }, () => randomUUID());
    const made = await Promise.all(portals.map((portal) => connect(tenantId, portal)));
    expect(made.map((connection) => connection.externalId)).toEqual(portals);
    for (const { id } of made) expect(await stores.connections.secrets(id)).toEqual(SECRETS);
  });

  it("makes one connection of several at once", async () => {
    const [tenantId, externalId] = [newTenant(), randomUUID()];
    const made = await Promise.all([1, 2, 3, 4].map(() => connect(tenantId, externalId)));
    expect(new Set(made.map((connection) => connection.id)).size).toBe(1);
    expect(await stores.connections.list(tenantId)).toHaveLength(1);
  });

  it("keeps secrets whole, and nothing of them readable in the database", async () => {
    const connection = await connect(newTenant(), randomUUID());
    expect(await stores.connections.secrets(connection.id)).toEqual(SECRETS);
    const rows = await under.database.query<{ text: string }>(
      "SELECT connection_secret::text AS text FROM connection_secret",
    );
    expect(rows.map((row) => row.text).join()).not.toContain("canary");
    await expect(stores.connections.secrets(newConnectionId())).rejects.toMatchObject({ code: "not_found" });
  });

  it("does not open a row that was moved to another tenant's connection", async () => {
    const [mine, theirs] = [
      await connect(newTenant(), randomUUID()),
      await connect(newTenant(), randomUUID()),
    ];
    await under.database.query(
      `UPDATE connection_secret SET sealed = (SELECT sealed FROM connection_secret WHERE connection_id = $1)
       WHERE connection_id = $2`,
      [theirs.id, mine.id],
    );
    await expect(stores.connections.secrets(mine.id)).rejects.toMatchObject({ code: "config_invalid" });
  });

  it("changes one secret and leaves the others, also when two change at once", async () => {
    const connection = await connect(newTenant(), randomUUID());
    await Promise.all([
      stores.connections.saveSecrets(connection.id, { webhookSecret: "w" }),
      stores.connections.saveSecrets(connection.id, { accessToken: "new" }),
    ]);
    expect(await stores.connections.secrets(connection.id)).toEqual({
      ...SECRETS,
      webhookSecret: "w",
      accessToken: "new",
    });
  });

  it("renews once for eight who find the token stale at once, in two repositories", async () => {
    const connection = await connect(newTenant(), randomUUID());
    const second = createConnectionRepository(
      under.database,
      createSecretBox([Buffer.alloc(32, 7)], randomBytes),
      randomUUID,
    );
    let renewals = 0;
    const renew = async () => {
      renewals++;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { accessToken: "renewed", refreshToken: "next" };
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? second : stores.connections).renewSecrets(
          connection.id,
          (current) => current.accessToken !== "renewed",
          renew,
        ),
      ),
    );
    expect(renewals).toBe(1);
    expect(
      answers.every((answer) => answer.accessToken === "renewed" && answer.appSecret === "canary-app"),
    ).toBe(true);
  });

  it("keeps the old secrets when a renewal fails, and lets the next one try", async () => {
    const connection = await connect(newTenant(), randomUUID());
    const stale = () => true;
    await expect(
      stores.connections.renewSecrets(connection.id, stale, () => Promise.reject(new Error("500"))),
    ).rejects.toThrow("500");
    expect(await stores.connections.secrets(connection.id)).toEqual(SECRETS);
    const next = await stores.connections.renewSecrets(connection.id, stale, async () => ({
      accessToken: "ok",
    }));
    expect(next.accessToken).toBe("ok");
  });

  it("does not hold up the intake while a renewal waits for a slow platform", async () => {
    const connection = await connect(newTenant(), randomUUID());
    let finish: (() => void) | undefined;
    const slow = stores.connections.renewSecrets(
      connection.id,
      () => true,
      () => new Promise((resolve) => (finish = () => resolve({ accessToken: "late" }))),
    );
    const world = await newWorld(stores);
    expect(await stores.events.counts(world.tenantId)).toMatchObject({ hubspot: { accepted: 0 } });
    expect((await stores.connections.secrets(connection.id)).accessToken).toBe(SECRETS.accessToken);
    finish?.();
    expect((await slow).accessToken).toBe("late");
  });

  it("updates what is named, and keeps settings that this version does not know", async () => {
    const connection = await connect(newTenant(), randomUUID());
    await under.database.query(
      `UPDATE connection SET config = config || '{"later": 1}'::jsonb WHERE id = $1`,
      [connection.id],
    );
    const known = await stores.connections.find(connection.id);
    if (!known) throw new Error("no connection");
    await stores.connections.update(connection.id, {
      config: { ...known.config, webhookId: "w1" },
      provisionedAt: AT,
    });
    expect(await stores.connections.find(connection.id)).toMatchObject({
      config: { webhookId: "w1", later: 1 },
      provisionedAt: AT,
      status: "active",
    });
  });

  it("takes a tenant once", async () => {
    const tenantId = newTenant();
    await stores.tenants.ensure(tenantId, "First", AT);
    await stores.tenants.ensure(tenantId, "Second", AT);
    const rows = await under.database.query("SELECT name FROM tenant WHERE id = $1", [tenantId]);
    expect(rows).toEqual([{ name: "First" }]);
  });
});
