import { randomBytes, randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { createConnectionRepository } from "../../server/src/adapters/db/connection-repository.ts";
import { resealSecrets } from "../../server/src/adapters/db/reseal.ts";
import { createSecretBox } from "../../server/src/adapters/db/secret-box.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import type { Connection, ConnectionSecrets } from "../../server/src/services/ports.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";

const AT = new Date("2026-02-01T00:00:00.000Z");
const [OLD, NEW, LOST] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [Buffer, Buffer, Buffer];
const secrets = (accessToken: string): ConnectionSecrets => ({
  accessToken,
  refreshToken: null,
  expiresAt: null,
  webhookSecret: null,
  appSecret: null,
});

forEachDatabase("rotation of keys", (under) => {
  const repository = (...keys: Buffer[]) =>
    createConnectionRepository(under.database, createSecretBox(keys, randomBytes), randomUUID);
  const connect = (keys: Buffer[], token: string): Promise<Connection> =>
    repository(...keys).connect(
      { tenantId: newTenant(), platform: "hubspot", externalId: randomUUID(), mode: "oauth", scopes: [] },
      secrets(token),
      AT,
    );
  const reseal = (keys: Buffer[], database: Database = under.database) =>
    resealSecrets(database, createSecretBox(keys, randomBytes));
  const tokenOf = async (connection: Connection, ...keys: Buffer[]) =>
    (await repository(...keys).secrets(connection.id)).accessToken;

  const connections: Connection[] = [];
  let lost: Connection;
  beforeAll(async () => {
    for (let i = 0; i < 12; i += 1) connections.push(await connect([OLD], `token-${i}`));
    lost = await connect([LOST], "token-lost");
  });

  it("goes on after an interruption, names what it cannot open, and has nothing to do the second time", async () => {
    let calls = 0;
    const failing: Database = {
      ...under.database,
      query: (text, values, options) => {
        calls += 1;
        if (calls === 2) throw new Error("killed before the first set was written");
        return under.database.query(text, values, options);
      },
    };
    await expect(reseal([NEW, OLD], failing)).rejects.toThrow("killed");
    const servers = connections.map((connection) => tokenOf(connection, NEW, OLD));
    expect(await Promise.all(servers)).toEqual(connections.map((_, i) => `token-${i}`));
    expect(await reseal([NEW, OLD])).toEqual({ resealed: 12, unreadable: [lost.id] });
    for (const [i, connection] of connections.entries())
      expect(await tokenOf(connection, NEW)).toBe(`token-${i}`);
    await expect(tokenOf(connections[0] ?? lost, OLD)).rejects.toThrow(/ENCRYPTION_KEY/);
    expect(await reseal([NEW, OLD])).toEqual({ resealed: 0, unreadable: [lost.id] });
    expect(await reseal([NEW, LOST])).toEqual({ resealed: 1, unreadable: [] });
    expect(await tokenOf(lost, NEW)).toBe("token-lost");
  });

  it("never puts an old token over one that a server refreshes meanwhile", async () => {
    const connection = await connect([OLD], "before");
    let isRefreshed = false;
    const racing: Database = {
      ...under.database,
      query: async (text, values, options) => {
        const rows = await under.database.query<never>(text, values, options);
        if (!isRefreshed) {
          isRefreshed = true;
          // a server that does not know the new key yet
          await repository(OLD).saveSecrets(connection.id, { accessToken: "refreshed" });
        }
        return rows;
      },
    };
    expect((await reseal([NEW, OLD], racing)).unreadable).toEqual([]);
    expect(await tokenOf(connection, NEW)).toBe("refreshed");
  });

  it("leaves a row that was put in another tenant's place unreadable", async () => {
    const [mine, theirs] = [await connect([NEW], "mine"), await connect([NEW], "theirs")];
    await under.database.query(
      `UPDATE connection_secret SET sealed = (SELECT sealed FROM connection_secret WHERE connection_id = $2)
       WHERE connection_id = $1`,
      [mine.id, theirs.id],
    );
    await expect(tokenOf(mine, NEW)).rejects.toThrow(/cannot be opened/);
    // nor does it open when the whole row goes to another tenant
    await under.database.query("UPDATE connection_secret SET tenant_id = $2 WHERE connection_id = $1", [
      theirs.id,
      newTenant(),
    ]);
    await under.database.query(
      `UPDATE connection SET tenant_id = (SELECT tenant_id FROM connection_secret WHERE connection_id = $1)
       WHERE id = $1`,
      [theirs.id],
    );
    await expect(tokenOf(theirs, NEW)).rejects.toThrow(/cannot be opened/);
  });
});
