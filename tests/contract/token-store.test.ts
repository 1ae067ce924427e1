import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiToken, AuditEntry } from "../../server/src/services/ports.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";
import { type Stores, storesOfProcess } from "../support/stores.ts";

const AT = new Date("2026-03-01T12:00:00.000Z");
const token = (change: Partial<ApiToken> = {}): ApiToken => ({
  id: randomUUID(),
  tenantId: newTenant(),
  name: "nightly export",
  role: "csm",
  financial: true,
  createdBy: "admin",
  createdAt: AT,
  revokedAt: null,
  ...change,
});
const entry = (action: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  at: AT,
  actor: "admin",
  action,
  subject: "scorecard:acme-1",
  outcome: "allowed",
  detail: { segments: "new, growing", count: 2, forced: false, reason: null },
  ...change,
});

forEachDatabase("TokenStore and AuditLog", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  it("finds a token by its hash until it is revoked", async () => {
    const [kept, hash] = [token(), randomUUID()];
    await stores.tokens.insert(kept, hash);
    expect(await stores.tokens.findByHash(hash)).toEqual(kept);
    expect(await stores.tokens.findByHash(randomUUID())).toBeNull();
    expect(await stores.tokens.findByHash(`${hash} `)).toBeNull();
    await stores.tokens.revoke(kept.tenantId, kept.id, AT);
    expect(await stores.tokens.findByHash(hash)).toBeNull();
    await stores.tokens.revoke(kept.tenantId, kept.id, new Date(0));
    expect(await stores.tokens.list(kept.tenantId)).toEqual([{ ...kept, revokedAt: AT }]);
  });

  it("keeps a token to its tenant, and a hash to one token", async () => {
    const [kept, hash, other] = [token(), randomUUID(), newTenant()];
    await stores.tokens.insert(kept, hash);
    expect(await stores.tokens.list(other)).toEqual([]);
    for (const [tenant, id] of [
      [other, kept.id],
      [kept.tenantId, randomUUID()],
    ] as const)
      await expect(stores.tokens.revoke(tenant, id, AT)).rejects.toMatchObject({ code: "not_found" });
    expect(await stores.tokens.findByHash(hash)).toEqual(kept);
    await expect(stores.tokens.insert(token(), hash)).rejects.toThrow();
  });

  it("tells who did what, newest first, to its tenant only", async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    const [first, second] = [entry("scorecard.create"), entry("health.read", { outcome: "denied" })];
    await stores.audit.record(tenant, [first, second]);
    await stores.audit.record(other, [entry("other")]);
    const third = entry("scorecard.activate", { detail: {} });
    await stores.audit.record(tenant, [third]);
    await stores.audit.record(tenant, []);
    expect(await stores.audit.recent(tenant, 10)).toEqual([third, second, first]);
    expect(await stores.audit.recent(tenant, 1)).toEqual([third]);
    expect(await stores.audit.recent(newTenant(), 10)).toEqual([]);
  });
});
