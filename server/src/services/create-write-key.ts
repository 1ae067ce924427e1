import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, Clock, WriteKey, WriteKeyStore } from "./ports.ts";
import { WRITE_KEY_PREFIX } from "./write-key-directory.ts";

export interface CreateWriteKeyDeps {
  writeKeys: WriteKeyStore;
  audit: AuditLog;
  clock: Clock;
  newId(): string;
  /** 32 random bytes, base64url. */
  newSecret(): string;
  sha256(text: string): string;
}

export interface WriteKeyWanted {
  tenant: TenantId;
  actor: Actor;
  name: string;
  kind: WriteKey["kind"];
}

/** A key for a product to send its events with, told to the caller this once: only its hash is kept. */
export async function createWriteKey(
  deps: CreateWriteKeyDeps,
  { tenant, actor, name, kind }: WriteKeyWanted,
): Promise<{ id: string; name: string; writeKey: string }> {
  const [id, writeKey, at] = [deps.newId(), `${WRITE_KEY_PREFIX}${deps.newSecret()}`, deps.clock.now()];
  await deps.writeKeys.insert(
    { id, tenantId: tenant, name, kind, createdBy: actor.id, createdAt: at, revokedAt: null },
    deps.sha256(writeKey),
  );
  await deps.audit.record(tenant, [
    {
      at,
      actor: actor.id,
      action: "write_key.create",
      subject: `write_key:${id}`,
      outcome: "allowed",
      detail: { kind },
    },
  ]);
  return { id, name, writeKey };
}
