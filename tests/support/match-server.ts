import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { SourceRecord, TenantId } from "@bellwether/shared";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose, type Parts } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { createApp } from "../../server/src/http/app.ts";
import { serveHttp, stopServing } from "../../server/src/serve-http.ts";
import { matchParties, matchUnlinkedParties } from "../../server/src/services/match-parties.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { newTenant } from "./database.ts";
import { ADMIN_TOKEN, newStorage } from "./one-company.ts";
import { observed } from "./scored-book.ts";

const NOW = new Date();
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

/** The product in this process by a clock that stands still; jobs run when a test runs them. */
export async function startMatchServer() {
  const storage = await newStorage("embedded");
  const config = readConfig({ ...storage.environment, ADMIN_TOKEN, LOG_LEVEL: "silent" });
  const opened = await compose(config, createLog("silent"), false);
  const parts: Parts = { ...opened, clock: { now: () => NOW } };
  const server = await serveHttp(createApp(parts), 0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = new Map<string, string>();

  const call = (method: string, path: string, token: string, body?: unknown): Promise<Response> =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  /** As after a backfill: everything is matched again, and what is marked is scored. */
  const matchAll = async (tenant: TenantId, records: readonly SourceRecord[]): Promise<void> => {
    await matchParties(
      parts,
      tenant,
      records.map((record) => record.ref),
    );
    await matchUnlinkedParties(parts, tenant);
    await scoreAccounts(parts, tenant);
  };
  return {
    parts,
    matchAll,
    /** With the token of a role in that tenant. */
    callAs: (role: "csm" | "lead", tenant: TenantId, method: string, path: string, body?: unknown) =>
      call(method, path, tokens.get(`${role} ${tenant}`) ?? "", body),
    /** A tenant of both platforms, matched by the rules and scored. */
    newBook: async (records: readonly SourceRecord[]): Promise<TenantId> => {
      const tenantId = newTenant();
      await parts.tenants.ensure(tenantId, "Test", NOW);
      for (const platform of ["hubspot", "zendesk"] as const)
        await readHistory(
          parts,
          tenantId,
          platform,
          records.filter((record) => record.ref.platform === platform),
        );
      for (const role of ["csm", "lead"]) {
        const asked = { name: role, role, financial: true };
        const answer = await call("POST", `/tokens?tenantId=${tenantId}`, ADMIN_TOKEN, asked);
        tokens.set(`${role} ${tenantId}`, ((await answer.json()) as { token: string }).token);
      }
      await matchAll(tenantId, records);
      return tenantId;
    },
    stop: async () => {
      await stopServing(server, 1_000);
      await opened.queue.stop(1_000);
      await opened.close();
      await storage.remove();
    },
  };
}
export type MatchServer = Awaited<ReturnType<typeof startMatchServer>>;

async function readHistory(
  parts: Parts,
  tenantId: TenantId,
  platform: "hubspot" | "zendesk",
  records: SourceRecord[],
): Promise<void> {
  const { id: connectionId } = await parts.connections.connect(
    { tenantId, platform, externalId: randomUUID(), mode: "token", scopes: [] },
    { accessToken: "test", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
    NOW,
  );
  await parts.connections.update(connectionId, { syncedAt: NOW });
  const used = records.flatMap(({ ref }) =>
    [150, 90, 60, 30, 5].map((days) =>
      observed(ref, daysAgo(days), { kind: "usage", key: "activeUsers", value: days * Number(ref.id) }),
    ),
  );
  await parts.ledger.commit({
    ...{ tenantId, connectionId, records },
    removed: [],
    observations: used,
    claims: [],
    progress: null,
  });
}
