import type { Role, TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { TOKEN_PREFIX } from "./actor-of-token.ts";
import type { AuditLog, Clock, TokenStore } from "./ports.ts";

export interface CreateTokenDeps {
  tokens: TokenStore;
  audit: AuditLog;
  clock: Clock;
  newId(): string;
  /** 32 random bytes, base64url. */
  newSecret(): string;
  sha256(text: string): string;
}

export interface TokenWanted {
  tenant: TenantId;
  actor: Actor;
  name: string;
  role: Role;
  financial: boolean;
}

export interface TokenMade {
  id: string;
  name: string;
  role: Role;
  financial: boolean;
  /** Not kept anywhere: only its hash is. */
  token: string;
}

/** A bearer token of one tenant with a role, told to the caller this once. */
export async function createToken(deps: CreateTokenDeps, wanted: TokenWanted): Promise<TokenMade> {
  const { tenant, actor, name, role, financial } = wanted;
  const [id, token, at] = [deps.newId(), `${TOKEN_PREFIX}${deps.newSecret()}`, deps.clock.now()];
  await deps.tokens.insert(
    { id, tenantId: tenant, name, role, financial, createdBy: actor.id, createdAt: at, revokedAt: null },
    deps.sha256(token),
  );
  await deps.audit.record(tenant, [
    {
      at,
      actor: actor.id,
      action: "token.create",
      subject: `token:${id}`,
      outcome: "allowed",
      detail: { role, financial },
    },
  ]);
  return { id, name, role, financial, token };
}
